import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { getRequestListener } from "@hono/node-server";
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { gitEnvironment } from "../../../../tests/git-environment.ts";
import type { RefChange } from "../ref-changes.ts";
import { type GitRepositories, openRepositories } from "../repositories.ts";
import { dumbRefused } from "./answers.ts";
import { advertise, fetchPack, type Serving } from "./fetch.ts";
import { packet } from "./packets.ts";
import { receivePack } from "./push.ts";
import { callOf } from "./request.ts";
import type { GitManners } from "./service.ts";

const run = promisify(execFile);
const git = async (folder: string, ...args: readonly string[]) =>
  (await run("git", ["-C", folder, ...args], { env: gitEnvironment })).stdout.trim();

const manners: GitManners = {
  seenRefs: [],
  partialClone: true,
  wantsByHash: true,
  mainBranchDeletable: false,
};
let folder: string;
let server: Server;
let repositories: GitRepositories;
let address: string;
let given: string;
let pushes: (readonly RefChange[])[];

/** One repository, for everybody. */
async function answer(asked: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(asked.url);
  const call = callOf(asked.method, pathname.slice(1), searchParams.get("service") ?? undefined);
  const serving: Serving = { repositories, path: given, manners };
  if (call === null) return new Response(null, { status: 404 });
  if (call === "dumb") return dumbRefused();
  if (call.kind === "advertise") return advertise(serving, asked, call.service);
  if (call.service === "git-upload-pack") return fetchPack(serving, asked);
  return receivePack(serving, asked, {
    declines: () => null,
    pushed: async (changes) => {
      pushes.push(changes);
    },
  });
}

beforeAll(async () => {
  server = createServer(getRequestListener(answer, { overrideGlobalObjects: false }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`; // a TCP server that listens has one
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "windlass-transport-"));
  given = join(folder, "given");
  repositories = openRepositories();
  pushes = [];
  await git(folder, "init", "--quiet", "--initial-branch=main", given);
});
afterEach(async () => {
  await repositories.close();
  await rm(folder, { recursive: true, force: true });
});

const commit = (at: string, message: string) => git(at, "commit", "--quiet", "--allow-empty", "-m", message);

test("all versions of the protocol are spoken, and remote branches, notes and stashes of a checkout stay its own", async () => {
  await commit(given, "one");
  for (const ref of ["refs/remotes/origin/main", "refs/notes/commits", "refs/stash"])
    await git(given, "update-ref", ref, "HEAD");
  for (const version of ["0", "1", "2"]) {
    const listed = await git(folder, "-c", `protocol.version=${version}`, "ls-remote", "--symref", address);
    expect(listed.split("\n").map((line) => line.split("\t")[1])).toEqual([
      "HEAD",
      "HEAD",
      "refs/heads/main",
    ]);
    expect(listed).toContain("ref: refs/heads/main");
    await git(folder, "-c", `protocol.version=${version}`, "clone", "--quiet", address, `clone-${version}`);
  }
});

test("a push is told of once, with everything it moved, and clones see it at once", async () => {
  await commit(given, "one");
  const clone = join(folder, "clone");
  await git(folder, "clone", "--quiet", address, clone);
  await commit(clone, "two");
  await git(clone, "tag", "-a", "v1", "-m", "v1");
  await git(clone, "push", "--quiet", "origin", "main", "HEAD:refs/heads/b", "v1");
  await git(clone, "push", "--quiet", "origin", "main");
  expect(pushes).toHaveLength(1);
  expect(pushes[0]?.map(({ kind, name, old, forced }) => [kind, name, old === null, forced])).toEqual([
    ["branch", "b", true, false],
    ["branch", "main", false, false],
    ["tag", "v1", true, false],
  ]);
  await git(folder, "clone", "--quiet", "--depth=1", address, "shallow");
  expect(await git(join(folder, "shallow"), "log", "--format=%s")).toBe("two");
  await git(join(folder, "shallow"), "fetch", "--quiet", "--unshallow");
  expect(await git(join(folder, "shallow"), "log", "--format=%s")).toBe("two\none");
  expect(await git(given, "log", "--format=%s")).toBe("one");
});

test("a partial clone fetches what it lacks when it is needed", async () => {
  await writeFile(join(given, "a.txt"), "a\n");
  await git(given, "add", ".");
  await commit(given, "one");
  await git(folder, "clone", "--quiet", "--filter=blob:none", "--no-checkout", address, "partial");
  expect(await git(join(folder, "partial"), "show", "HEAD:a.txt")).toBe("a");
});

test("the first push to an empty repository makes its main branch, whatever HEAD was", async () => {
  await git(folder, "clone", "--quiet", address, "clone");
  const clone = join(folder, "clone");
  await git(clone, "checkout", "--quiet", "-b", "trunk");
  await commit(clone, "one");
  await git(clone, "push", "--quiet", "origin", "trunk");
  expect(await git(folder, "ls-remote", "--symref", address, "HEAD")).toContain("ref: refs/heads/trunk");
});

test("a checkout whose HEAD is detached shows the main branch all the same, with and without branches", async () => {
  await commit(given, "one");
  await git(given, "checkout", "--quiet", "--detach");
  await commit(given, "two");
  expect(await git(folder, "ls-remote", "--symref", address, "HEAD")).toContain("ref: refs/heads/main");
  await repositories.discardWrites();
  await git(given, "branch", "--quiet", "-D", "main");
  await git(folder, "clone", "--quiet", address, "clone");
  const clone = join(folder, "clone");
  expect(await git(clone, "log", "-1", "--format=%s %D")).toBe("two HEAD -> main, origin/main, origin/HEAD");
});

test("bare repositories, linked worktrees and folders with odd names are served and pushed to alike", async () => {
  await commit(given, "one");
  await git(folder, "clone", "--quiet", "--bare", given, "a bare 'one';");
  await git(given, "worktree", "add", "--quiet", "-b", "beside", join(folder, "ünlike $HOME"));
  for (const name of ["a bare 'one';", "ünlike $HOME"]) {
    given = join(folder, name);
    const clone = join(folder, `clone of ${name}`);
    await git(folder, "clone", "--quiet", address, clone);
    await git(clone, "push", "--quiet", "origin", "HEAD:refs/heads/pushed");
    expect(await git(folder, "ls-remote", address, "pushed"), name).toContain(
      await git(clone, "rev-parse", "HEAD"),
    );
    expect(await git(given, "branch", "--list", "pushed"), name).toBe("");
  }
});

test("large pushes are streamed and packed requests unpacked", async () => {
  await commit(given, "one");
  const clone = join(folder, "clone");
  await git(folder, "clone", "--quiet", address, clone);
  await writeFile(join(clone, "large.bin"), randomBytes(6 * 1024 * 1024));
  await git(clone, "add", ".");
  await commit(clone, "large");
  await git(clone, "push", "--quiet", "origin", "main");
  await git(folder, "clone", "--quiet", address, "again");
  expect(await git(join(folder, "again"), "rev-parse", "HEAD")).toBe(await git(clone, "rev-parse", "HEAD"));
  const head = await git(clone, "rev-parse", "HEAD");
  const wants = Buffer.concat([packet(`want ${head}\n`), Buffer.from("0000"), packet("done\n")]);
  const answered = await fetch(`${address}git-upload-pack`, {
    method: "POST",
    headers: { "Content-Type": "application/x-git-upload-pack-request", "Content-Encoding": "gzip" },
    body: gzipSync(wants),
  });
  expect(answered.headers.get("content-type")).toBe("application/x-git-upload-pack-result");
  expect((await answered.bytes()).length).toBeGreaterThan(6 * 1024 * 1024);
});

test("a request of another type or packing, and one that is no push, is refused before git starts", async () => {
  await commit(given, "one");
  const post = async (service: string, headers: Record<string, string>, body: string) =>
    (await fetch(`${address}${service}`, { method: "POST", headers, body })).status;
  const type = { "Content-Type": "application/x-git-receive-pack-request" };
  expect(await post("git-upload-pack", type, "0000")).toBe(415);
  expect(await post("git-receive-pack", { ...type, "Content-Encoding": "br" }, "0000")).toBe(415);
  expect(await post("git-receive-pack", type, "no push at all")).toBe(400);
  expect(await post("git-receive-pack", type, "0000")).toBe(200);
  expect((await fetch(`${address}info/refs`)).status).toBe(403);
  expect((await fetch(`${address}objects/info/packs`)).status).toBe(403);
});

test("a push that stalls holds nobody up, and one whose client hangs up moves nothing", async () => {
  const spools = await folderForSpools();
  await commit(given, "one");
  const clone = join(folder, "clone");
  await git(folder, "clone", "--quiet", address, clone);
  const head = await git(clone, "rev-parse", "HEAD");
  const half = request(`${address}git-receive-pack`, {
    method: "POST",
    headers: { "Content-Type": "application/x-git-receive-pack-request" },
  });
  half.on("error", () => undefined);
  half.write(packet(`${"0".repeat(40)} ${head} refs/heads/half\0 report-status\n`));
  half.write("0000PACK\0\0\0\u0002\0\0\0\u0005");
  await expect.poll(() => bytesIn(spools), { timeout: 5_000 }).toBeGreaterThan(0);
  await git(clone, "push", "--quiet", "origin", "HEAD:refs/heads/whole");
  half.destroy();
  await expect.poll(() => bytesIn(spools), { timeout: 5_000 }).toBe(0);
  await git(clone, "push", "--quiet", "origin", "HEAD:refs/heads/after");
  expect(await git(folder, "ls-remote", address)).not.toContain("half");
  expect(pushes).toHaveLength(2);
});

/** Where pushes that are not there as a whole yet are kept, until the test is over. */
async function folderForSpools(): Promise<string> {
  const spools = await mkdtemp(join(folder, "spools-"));
  vi.stubEnv("TMPDIR", spools);
  onTestFinished(() => void vi.unstubAllEnvs());
  return spools;
}

/** How much of a single push has arrived. */
async function bytesIn(spools: string): Promise<number> {
  const spool = (await readdir(spools)).find((name) => name.startsWith("windlass-push-"));
  return spool === undefined
    ? 0
    : await stat(join(spools, spool, "push")).then(
        ({ size }) => size,
        () => 0,
      );
}

test("a client that hangs up in the middle of a clone ends its git", async () => {
  await writeFile(join(given, "large.bin"), randomBytes(6 * 1024 * 1024));
  await git(given, "add", ".");
  await commit(given, "large");
  const wants = Buffer.concat([
    packet(`want ${await git(given, "rev-parse", "HEAD")}\n`),
    Buffer.from("0000"),
    packet("done\n"),
  ]);
  const hangUp = new AbortController();
  const answered = await fetch(`${address}git-upload-pack`, {
    method: "POST",
    headers: { "Content-Type": "application/x-git-upload-pack-request" },
    body: wants,
    signal: hangUp.signal,
  });
  await answered.body?.getReader().read();
  expect(await servicesAtWork()).toBe(1);
  hangUp.abort();
  await expect.poll(servicesAtWork, { timeout: 5_000 }).toBe(0);
});

/** How many of our git processes talk with a client. */
async function servicesAtWork(): Promise<number> {
  const { stdout } = await run("ps", ["-A", "-o", "ppid=,args="]);
  return stdout
    .split("\n")
    .filter((line) => line.trim().startsWith(`${process.pid} `) && line.includes("upload-pack")).length;
}
