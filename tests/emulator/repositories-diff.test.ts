/** The emulator's counts and diffs against git's own, for every commit of three histories. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildDemoRepository } from "../../src/emulator/demo/demo-repository.ts";
import { buildLargeHistory } from "../histories/large.ts";
import { buildNastyHistory } from "../histories/nasty.ts";
import { type Answer, commitPairs, git, gitLines, pathOfLink, type Served, serve } from "./served.ts";

let served: Served;
const now = new Date("2026-11-20T12:00:00Z");
const nasty = "/repositories/acme/nasty";

beforeAll(async () => {
  served = await serve({
    nasty: (folder) => buildNastyHistory(folder, { now }),
    "checkout-api": (folder) => buildDemoRepository(folder, now),
    large: (folder) => buildLargeHistory(folder, { commits: 150, now }),
  });
});
afterAll(() => served.stop());

/** `added removed old new`, as git counts; git's `-` is Bitbucket's 0. */
function numstat(folder: string, ...args: readonly string[]): readonly string[] {
  const fields = git(folder, "diff-tree", "-r", "-M", "--numstat", "-z", ...args)
    .toString("latin1")
    .split("\0");
  const rows: string[] = [];
  for (let at = 0; at < fields.length - 1; ) {
    const [added, removed, path] = (fields[at] ?? "")
      .split(/\t/, 2)
      .concat((fields[at] ?? "").split("\t").slice(2).join("\t"));
    const [old, fresh] = path === "" ? [fields[at + 1], fields[at + 2]] : [path, path];
    rows.push(
      JSON.stringify([Number(added === "-" ? 0 : added), Number(removed === "-" ? 0 : removed), old, fresh]),
    );
    at += path === "" ? 3 : 1;
  }
  return rows.toSorted();
}

function rowsOf(values: readonly Answer[]): readonly string[] {
  return values
    .map((change) => {
      const old = pathOfLink((change.old ?? change.new)?.links.self.href ?? "");
      const fresh = pathOfLink((change.new ?? change.old)?.links.self.href ?? "");
      return JSON.stringify([change.lines_added, change.lines_removed, old, fresh]);
    })
    .toSorted();
}

describe.each(["nasty", "checkout-api", "large"])("the history %s", (slug) => {
  test("C31: every commit's diffstat equals git diff-tree --numstat -M", async () => {
    for (const { hash, base } of commitPairs(served.folderOf(slug))) {
      const values = await served.all(`/repositories/acme/${slug}/diffstat/${hash}`);
      expect([hash, rowsOf(values)]).toEqual([hash, numstat(served.folderOf(slug), base, hash)]);
    }
  });

  test("C31: every commit's diff equals git diff, byte for byte", async () => {
    for (const { hash, base } of commitPairs(served.folderOf(slug))) {
      const answer = await served.fetch(`/repositories/acme/${slug}/diff/${hash}`);
      expect(answer.headers.get("Content-Type")).toBe("text/plain");
      const same = Buffer.from(await answer.arrayBuffer()).equals(
        git(served.folderOf(slug), "diff", base, hash),
      );
      expect([hash, same]).toEqual([hash, true]);
    }
  });
});

test("C31: a diffstat tells the status, and null for the side that is not there", async () => {
  const bySubject = async (subject: string) => {
    const [hash] = gitLines(served.folderOf("nasty"), "log", "--all", "--format=%H", `--grep=^${subject}$`);
    return served.all(`${nasty}/diffstat/${hash}`);
  };
  expect(await bySubject("Begin")).toMatchObject([
    {
      type: "diffstat",
      status: "added",
      old: null,
      new: { path: "README.md", type: "commit_file" },
      lines_added: 1,
    },
    { status: "added", old: null },
    { status: "added", old: null },
  ]);
  expect(await bySubject("Remove a binary file")).toMatchObject([
    { status: "removed", new: null, old: { path: "bin/moved.bin" }, lines_added: 0, lines_removed: 0 },
  ]);
  expect(await bySubject("Rename and edit")).toMatchObject([
    {
      status: "renamed",
      old: { path: "src/b.txt" },
      new: { path: "lib/b.txt" },
      lines_added: 1,
      lines_removed: 2,
    },
  ]);
  expect(await bySubject("A link becomes a file")).toMatchObject([
    { status: "modified", lines_added: 7, lines_removed: 1 },
  ]);
  expect(await bySubject("Change modes alone")).toMatchObject([
    { status: "modified", lines_added: 0, lines_removed: 0 },
    { status: "modified", lines_added: 0, lines_removed: 0 },
  ]);
  expect(await bySubject("Nothing at all")).toEqual([]);
});

test("C31: paths of a diffstat are text, and escaped as a diff writes them", async () => {
  const [hash] = gitLines(served.folderOf("nasty"), "log", "--format=%H", "--grep=^Add every odd name$");
  const changes = await served.all(`${nasty}/diffstat/${hash}`);
  const files = changes.flatMap((change) => change.new ?? []);
  const escaped = new Map(files.map((file) => [file.path, file.escaped_path]));
  expect(escaped.get("with blank.txt")).toBe("with blank.txt");
  expect(escaped.get("tab\there.txt")).toBe('"tab\\there.txt"');
  expect(escaped.get("naïve–日本語.txt")).toBe(
    '"na\\303\\257ve\\342\\200\\223\\346\\227\\245\\346\\234\\254\\350\\252\\236.txt"',
  );
  expect(escaped.get("caf\ufffd latin1.txt")).toBe('"caf\\351 latin1.txt"');
  const quoted = gitLines(
    served.folderOf("nasty"),
    "-c",
    "core.quotePath=true",
    "show",
    "--format=",
    "--name-only",
    `${hash}`,
  );
  expect(files.map((file) => file.escaped_path).toSorted()).toEqual(quoted.toSorted());
});

test("C31: a spec of two commits is in the order opposite to git's, from the merge base unless told otherwise", async () => {
  const folder = served.folderOf("nasty");
  const stat = async (path: string) => rowsOf(await served.all(`${nasty}/diffstat/${path}`));
  const [base = ""] = gitLines(folder, "merge-base", "feature/left", "feature/right");
  expect(await stat("feature/left..feature/right")).toEqual(numstat(folder, base, "feature/left"));
  expect(await stat("feature/left..feature/right?topic=false")).toEqual(
    numstat(folder, "feature/right", "feature/left"),
  );
  expect(await stat("v1.0..main?topic=false")).toEqual(numstat(folder, "main", "v1.0"));
  expect(await stat("v1.0..main")).toEqual([]);
  const text = async (path: string) => (await served.fetch(`${nasty}/diff/${path}`)).text();
  expect(await text("feature/right..feature/left")).toBe(
    git(folder, "diff", "feature/left...feature/right").toString(),
  );
  expect(await text("feature/right..feature/left?topic=false")).toBe(
    git(folder, "diff", "feature/left", "feature/right").toString(),
  );
  const both = await served.fetch(`${nasty}/diff/v1.0..main?topic=true&merge=true`);
  expect(both.status).toBe(400);
});

test("C31: the path of a diff is repeatable; context, whitespace, renames and binaries can be chosen", async () => {
  const folder = served.folderOf("nasty");
  const text = async (query: string) =>
    (await served.fetch(`${nasty}/diff/main..v1.0?topic=false&${query}`)).text();
  const truth = (...args: readonly string[]) => git(folder, "diff", ...args).toString();
  expect(await text("path=lib&path=tab%09here.txt")).toBe(
    truth("v1.0", "main", "--", "lib", "tab\there.txt"),
  );
  expect(await text("context=0&path=README.md")).toBe(truth("-U0", "v1.0", "main", "--", "README.md"));
  expect(await text("renames=false")).toBe(truth("--no-renames", "v1.0", "main"));
  expect(await text("binary=false")).not.toContain("Binary files");
  expect(await text("binary=true")).toContain("Binary files");
  const [hash] = gitLines(folder, "log", "--format=%H", "--grep=^Only whitespace$");
  expect(await served.all(`${nasty}/diffstat/${hash}?ignore_whitespace=true`)).toEqual([]);
  expect(await served.all(`${nasty}/diffstat/${hash}`)).toHaveLength(1);
  expect(await served.all(`${nasty}/diffstat/${hash}?path=lib`)).toEqual([]);
});

test("C31: lines of context that are no number, and merge beside topic, are refused", async () => {
  const hash = gitLines(served.folderOf("nasty"), "rev-parse", "HEAD")[0] ?? "";
  for (const query of ["context=many", "context=-1", "context=", "merge=true&topic=true"])
    for (const path of ["diff", "diffstat"])
      expect((await served.fetch(`/repositories/acme/nasty/${path}/${hash}?${query}`)).status, query).toBe(
        400,
      );
});

test("C31: a diffstat's page holds 500 unless asked for up to 5000", async () => {
  const path = `${nasty}/diffstat/main..v1.0?topic=false`;
  const first = await served.json(path);
  expect(first).toMatchObject({ pagelen: 500, page: 1, size: first.values.length });
  expect(await served.all(`${path}&pagelen=3`)).toEqual(first.values);
  expect((await served.json(`${path}&pagelen=5000`)).pagelen).toBe(5000);
  expect((await served.fetch(`${path}&pagelen=5001`)).status).toBe(400);
});

test("a patch is a mail with the commit's header", async () => {
  const answer = await served.fetch("/repositories/acme/checkout-api/patch/main");
  const text = await answer.text();
  expect(answer.headers.get("Content-Type")).toBe("text/plain");
  expect(text).toContain("From: acme-bot <bot@acme.example>");
  expect(text).toContain('+  "version": "1.2.0",');
  const series = await (await served.fetch("/repositories/acme/checkout-api/patch/main..v1.1.0")).text();
  expect(series.match(/^From [0-9a-f]{40} /gm)).toHaveLength(6);
});
