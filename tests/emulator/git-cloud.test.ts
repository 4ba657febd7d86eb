/** What git over HTTP is for the rest of Cloud: its pages, its API, reset and closing. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { appendFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { git, runGit, smallCheckout, withUser } from "../clients/plain-git.ts";
import { folderDigest, temporaryFolder } from "../histories/folders.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let emulator: Emulator;
let token: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  await smallCheckout(join(folder.path, "small"));
  emulator = await createEmulator({
    dataCenter: false,
    server: false,
    repositories: [{ path: join(folder.path, "small"), slug: "small" }],
  });
  token = emulator.control.addAccessToken({ workspace: "acme", scopes: ["repository:write"] }).token;
});
afterAll(async () => {
  await emulator.close();
  await folder.remove();
});

const addressOf = (place: Emulator, secret: string, ending = ".git") =>
  withUser(`${place.urls.bitbucket}/acme/small${ending}`, "x-token-auth", secret);

const api = (path: string) =>
  fetch(`${emulator.urls.api}/2.0/repositories/acme/small${path}`, {
    headers: { authorization: `Bearer ${token}` },
  });

test("git's addresses work with and without their ending, and everything beside them is a page as before", async () => {
  for (const ending of [".git", "", ".git/"])
    expect((await runGit(".", "ls-remote", addressOf(emulator, token, ending), "HEAD")).code, ending).toBe(0);
  const { bitbucket } = emulator.urls;
  const page = await fetch(`${bitbucket}/acme/small`, { redirect: "manual" });
  expect([page.status, page.headers.get("location")]).toEqual([
    302,
    expect.stringContaining("/account/signin/"),
  ]);
  expect((await fetch(`${bitbucket}/acme/small.git/settings`)).status).toBe(404);
  expect((await fetch(`${bitbucket}/acme/small/git-upload-pack`)).status).toBe(404);
});

test("C30, C32: what was pushed stands in the API at once: the branch, its commits, the diffstat and the file", async () => {
  const clone = join(folder.path, "clone");
  await git(".", "clone", "--quiet", addressOf(emulator, token), clone);
  await appendFile(join(clone, "a.txt"), "three\n");
  await git(clone, "commit", "--quiet", "-a", "-m", "three");
  expect((await api("/refs/branches/topic/x")).status).toBe(404);
  await git(clone, "push", "--quiet", "origin", "HEAD:topic/x");
  const head = await git(clone, "rev-parse", "HEAD");
  expect(await (await api("/refs/branches/topic/x")).json()).toMatchObject({
    name: "topic/x",
    target: { hash: head },
  });
  expect(await (await api("/commits/topic/x")).json()).toMatchObject({ values: [{ hash: head }, {}, {}] });
  expect(await (await api(`/diffstat/${head}`)).json()).toMatchObject({
    values: [{ lines_added: 1, lines_removed: 0 }],
  });
  expect(await (await api(`/src/${head}/a.txt`)).text()).toBe("one\ntwo\nthree\n");
});

test("after a reset the repository is again as it was given", async () => {
  const given = join(folder.path, "small");
  const digest = await folderDigest(given);
  const place = await createEmulator({
    dataCenter: false,
    server: false,
    repositories: [{ path: given, slug: "small" }],
  });
  const writer = () =>
    place.control.addAccessToken({ workspace: "acme", scopes: ["repository:write"] }).token;
  await git(given, "push", "--quiet", addressOf(place, writer()), "HEAD:refs/heads/passing");
  await place.reset();
  const listed = await git(".", "ls-remote", "--heads", addressOf(place, writer()));
  expect(listed).not.toContain("passing");
  expect(listed).toContain("release/1.0");
  await place.close();
  expect(await folderDigest(given)).toBe(digest);
});

test("closing the emulator does not wait for a client that is still sending", async () => {
  const place = await createEmulator({
    dataCenter: false,
    server: false,
    repositories: [{ path: join(folder.path, "small"), slug: "small" }],
  });
  const secret = place.control.addAccessToken({ workspace: "acme", scopes: ["repository:write"] }).token;
  const sending = request(`${place.urls.bitbucket}/acme/small.git/git-receive-pack`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/x-git-receive-pack-request" },
  });
  const cut = new Promise((resolve) => sending.once("error", resolve));
  const arrived = requestTo("/acme/small.git/git-receive-pack");
  sending.write(`006a${"0".repeat(40)} ${"1".repeat(40)} refs/heads/x\0report-sta`);
  await arrived;
  await place.close();
  expect(await cut).toMatchObject({ code: "ECONNRESET" });
});

/** Resolves when a server of this process has read the head of a request to a path. */
function requestTo(path: string): Promise<void> {
  const channel = "http.server.request.start"; // Node.js documentation, "Diagnostics Channel", HTTP
  return new Promise((resolve) => {
    const look = (message: unknown) => {
      const { request: asked } = message as { request: IncomingMessage }; // what the channel carries
      if (asked.url !== path) return;
      unsubscribe(channel, look);
      resolve();
    };
    subscribe(channel, look);
  });
}
