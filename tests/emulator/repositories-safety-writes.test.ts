/** The emulator runs nothing a repository asks for, and writes nothing to it, when others write through the emulator. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { git, withUser } from "../clients/plain-git.ts";
import { folderDigest, temporaryFolder } from "../histories/folders.ts";
import { buildHostileRepository } from "../histories/hostile.ts";
import { callerAt, dataCenterOf } from "./data-center.ts";
import { type Served, serve } from "./served.ts";

let served: Served;
let clone: Awaited<ReturnType<typeof temporaryFolder>>;
let before: string;
beforeAll(async () => {
  served = await serve({ hostile: buildHostileRepository });
  clone = await temporaryFolder();
  before = await folderDigest(served.folderOf("hostile"));
});
afterAll(async () => {
  await served.stop();
  await clone.remove();
});

/** Fails where a program has left its mark, or the folder given is no longer what it was. */
async function expectUntouched(): Promise<void> {
  const beside = await readdir(join(served.folderOf("hostile"), ".."));
  expect(beside.filter((name) => name === "marks")).toEqual([]);
  expect(await folderDigest(served.folderOf("hostile"))).toBe(before);
}

test("clone, fetch and push run no program of a hostile repository", async () => {
  const place = dataCenterOf(served.emulator);
  const john = place.people.find(({ name }) => name === "johndoe");
  const remote = withUser(`${place.url}/scm/acme/hostile.git`, "johndoe", john?.password ?? "");
  await git(clone.path, "clone", "--quiet", "-c", "core.attributesFile=/dev/null", remote, "work");
  const work = join(clone.path, "work");
  await expectUntouched();
  for (const name of ["cloud", "data-center"]) {
    await git(work, "checkout", "--quiet", "-B", name, "origin/main");
    await git(work, "commit", "--quiet", "--allow-empty", "-m", name);
    await git(work, "push", "--quiet", "origin", name);
  }
  await git(work, "fetch", "--quiet", "--all");
  await expectUntouched();
});

test("pull requests that merge at Cloud and at Data Center run no program of a hostile repository", async () => {
  const json = { "content-type": "application/json" };
  const { email, token } = served.emulator.control.addApiToken({
    person: "johndoe",
    scopes: [
      "read:repository:bitbucket",
      "write:repository:bitbucket",
      "read:pullrequest:bitbucket",
      "write:pullrequest:bitbucket",
    ],
  });
  const cloud = (path: string, body: object) =>
    served.fetch(`/repositories/acme/hostile/pullrequests${path}`, {
      method: "POST",
      headers: { ...json, Authorization: `Basic ${btoa(`${email}:${token}`)}` },
      body: JSON.stringify(body),
    });
  expect((await cloud("", { title: "One", source: { branch: { name: "cloud" } } })).status).toBe(201);
  expect((await cloud("/1/merge", {})).status).toBe(200);

  const call = callerAt(dataCenterOf(served.emulator), "johndoe");
  const at = "/rest/api/latest/projects/ACME/repos/hostile/pull-requests";
  const refs = { fromRef: { id: "refs/heads/data-center" }, toRef: { id: "refs/heads/main" } };
  const opened = await call(at, {
    method: "POST",
    headers: json,
    body: JSON.stringify({ title: "Two", ...refs }),
  });
  expect(opened.status).toBe(201);
  expect((await call(`${at}/1/merge`)).status).toBe(200);
  const merged = await call(`${at}/1/merge?version=0`, {
    method: "POST",
    headers: { ...json, "X-Atlassian-Token": "no-check" },
    body: "{}",
  });
  expect(merged.status).toBe(200);
  await expectUntouched();
});

test("blame, archives, raw files and text diffs run no program of a hostile repository", async () => {
  const call = callerAt(dataCenterOf(served.emulator), "johndoe");
  const at = "/rest/api/latest/projects/ACME/repos/hostile";
  for (const path of [
    "/browse/a.txt?blame=true",
    ...["zip", "tar", "tar.gz", "tgz"].map((format) => `/archive?format=${format}`),
    "/raw/a.txt",
    "/diff?until=main",
    "/patch?until=main",
    "/last-modified?at=main",
    "/commits/main/diff",
  ]) {
    const answer = await call(`${at}${path}`, { headers: { accept: "*/*" } });
    await answer.arrayBuffer();
    expect([path, answer.status < 500]).toEqual([path, true]);
  }
  await expectUntouched();
});
