/** The emulator's files and folders against git's objects. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildDemoRepository } from "../../src/emulator/demo/demo-repository.ts";
import { buildNastyHistory } from "../histories/nasty.ts";
import { type Answer, git, gitLines, pathOfLink, type Served, serve } from "./served.ts";

let served: Served;
const now = new Date("2026-11-20T12:00:00Z");
const nasty = "/repositories/acme/nasty";

beforeAll(async () => {
  served = await serve({
    nasty: (folder) => buildNastyHistory(folder, { now }),
    "checkout-api": (folder) => buildDemoRepository(folder, now),
  });
});
afterAll(() => served.stop());

const commitNamed = (subject: string) =>
  gitLines(served.folderOf("nasty"), "log", "--all", "--format=%H", `--grep=^${subject}$`)[0] ?? "";

/** `[path, blob]` of every file, one character a byte. */
function files(folder: string, revision: string): readonly (readonly [string, string])[] {
  const listing = git(folder, "ls-tree", "-r", "-z", revision).toString("latin1").split("\0").filter(Boolean);
  return listing.map((line) => [
    line.slice(line.indexOf("\t") + 1),
    line.slice(line.indexOf("\t") - 40, line.indexOf("\t")),
  ]);
}

const encoded = (path: string) =>
  path.replaceAll(/[^A-Za-z0-9/._~-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, "0")}`);

test("C32: every file of two histories comes byte for byte, whatever its name", async () => {
  for (const slug of ["nasty", "checkout-api"]) {
    const folder = served.folderOf(slug);
    for (const [path, blob] of files(folder, "main")) {
      const answer = await served.fetch(`/repositories/acme/${slug}/src/main/${encoded(path)}`);
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect([path, bytes.equals(git(folder, "cat-file", "blob", blob))]).toEqual([path, true]);
      expect(answer.headers.get("Content-Disposition")).toMatch(/^attachment/);
    }
  }
});

test("C32: a file's ETag follows content and mode, not the place", async () => {
  const at = async (path: string, headers: Record<string, string> = {}) =>
    served.fetch(`${nasty}/src/${path}`, { headers });
  const exec = commitNamed("Add empty files");
  const etags = await Promise.all(
    ["empty/one", "empty/two", "empty/exec"].map(async (path) =>
      (await at(`${exec}/${path}`)).headers.get("ETag"),
    ),
  );
  expect(etags[0]).toBe(etags[1]);
  expect(etags[0]).not.toBe(etags[2]);
  expect((await at(`${exec}/empty/one`, { "If-None-Match": `${etags[0]}` })).status).toBe(304);
});

test("C32: a file's content type goes by its name", async () => {
  const type = async (path: string) =>
    (await served.fetch(`/repositories/acme/checkout-api/src/main/${path}`)).headers.get("Content-Type");
  expect(await type("README.md")).toBe("text/plain");
  expect(await type("package.json")).toBe("application/json");
  expect(await type("docs/price.png")).toBe("image/png");
});

test("C32: format=meta tells attributes as a list", async () => {
  const meta = (subject: string, path: string) =>
    served.json(`${nasty}/src/${commitNamed(subject)}/${path}?format=meta`);
  expect(await meta("Add links", "link")).toMatchObject({
    type: "commit_file",
    path: "link",
    attributes: ["link"],
    size: 9,
    mimetype: null,
    commit: { type: "commit", hash: commitNamed("Add links") },
  });
  expect((await meta("Add empty files", "empty/exec")).attributes).toEqual(["executable"]);
  expect((await meta("Add a submodule", "vendor/sub")).attributes).toEqual(["subrepository"]);
  expect((await meta("Add binary files", "bin/one.bin")).attributes).toEqual(["binary"]);
  expect((await meta("Begin", "README.md")).attributes).toEqual([]);
  const folder = await meta("Begin", "src");
  expect(folder).toMatchObject({ type: "commit_directory", path: "src" });
  expect(folder.links.self.href).toMatch(/\/src\/$/);
});

test("C32: a submodule's content is the hash it points to, a link's its target", async () => {
  const text = async (subject: string, path: string) =>
    (await served.fetch(`${nasty}/src/${commitNamed(subject)}/${path}`)).text();
  expect(await text("Add a submodule", "vendor/sub")).toBe("0123456789abcdef0123456789abcdef01234567");
  expect(await text("Add links", "link")).toBe("README.md");
});

test("C32: folders are listed in pages, deeper levels after the higher ones", async () => {
  const names = async (path: string) =>
    (await served.all(`${nasty}/src/main/${path}`)).map((entry: Answer) => pathOfLink(entry.links.self.href));
  const tree = (...args: readonly string[]) =>
    git(served.folderOf("nasty"), "ls-tree", "-z", "--name-only", ...args)
      .toString("latin1")
      .split("\0")
      .filter(Boolean);
  expect((await names("?pagelen=4")).map((name) => name.replace(/\/$/, ""))).toEqual(tree("main"));
  expect(await names("swap/")).toEqual(tree("main", "swap/"));
  const deep = await served.all(`${nasty}/src/main/?max_depth=9&pagelen=100`);
  const found = deep
    .filter((entry: Answer) => entry.type === "commit_file")
    .map((entry: Answer) => pathOfLink(entry.links.self.href));
  expect(found.toSorted()).toEqual(
    files(served.folderOf("nasty"), "main")
      .map(([path]) => path)
      .toSorted(),
  );
  const depths = deep.map((entry: Answer) => entry.path.replace(/\/$/, "").split("/").length);
  expect(depths).toEqual(depths.toSorted((a: number, b: number) => a - b));
  expect((await served.json(`${nasty}/src/main/`)).pagelen).toBe(10);
});

test("C32: listings of files are filtered and sorted", async () => {
  const q = encodeURIComponent('size > 1024 and attributes = "binary"');
  const [entry, ...rest] = await served.all(`${nasty}/src/main/bin/?q=${q}&sort=-size`);
  expect(entry).toMatchObject({ path: "bin/one.bin", size: 2000, attributes: ["binary"] });
  expect(rest).toEqual([]);
});

test("C32: /src goes on to the main branch; a folder's root needs its slash", async () => {
  const answer = await served.fetch(`${nasty}/src?format=meta`);
  expect(answer.status).toBe(302);
  const target = answer.headers.get("Location") ?? "";
  const [tip] = gitLines(served.folderOf("nasty"), "rev-parse", "main");
  expect(target).toBe(`${served.emulator.urls.api}/2.0${nasty}/src/${tip}/?format=meta`);
  expect(await served.json(target)).toMatchObject({ type: "commit_directory", path: "" });
  expect((await served.fetch(`${nasty}/src/main`)).status).toBe(404);
});

test("C32: what is not there is named; a branch with a slash cannot stand in the URL", async () => {
  const absent = await served.fetch(`${nasty}/src/main/no/shard.yml`);
  expect(absent.status).toBe(404);
  expect(await absent.json()).toEqual({
    type: "error",
    error: { message: "No such file or directory: no/shard.yml" },
  });
  expect((await served.fetch(`${nasty}/src/feature/left/README.md`)).status).toBe(404);
  expect((await served.fetch(`${nasty}/src/feature%2Fleft/README.md`)).status).toBe(404);
});

test("filehistory follows a file through its renames", async () => {
  const history = (await served.all(`${nasty}/filehistory/main/bin/b`)).map((entry: Answer) => [
    entry.path,
    entry.commit.message,
  ]);
  expect(history).toEqual([
    ["bin/b", "Rename and change the mode"],
    ["lib/b.txt", "Rename and edit"],
    ["src/b.txt", "Begin"],
  ]);
  const unfollowed = await served.all(`${nasty}/filehistory/main/bin/b?renames=false`);
  expect(unfollowed.map((entry: Answer) => entry.path)).toEqual(["bin/b"]);
  expect((await served.fetch(`${nasty}/filehistory/main/none`)).status).toBe(404);
  const odd = await served.all(`${nasty}/filehistory/main/${encoded("line\nbreak.txt")}`);
  expect(odd.map((entry: Answer) => entry.commit.message)).toEqual([
    "Edit every odd name",
    "Add every odd name",
  ]);
});
