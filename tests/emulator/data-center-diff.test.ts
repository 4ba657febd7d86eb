/** A Data Center's changes and diffs, of every commit of a hard history, compared with what plain git says. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { buildNastyHistory } from "../histories/nasty.ts";
import { bodyOf, type Call, callerAt, type DiffObject, dataCenterOf, refusalOf } from "./data-center.ts";
import { commitPairs, git, gitLines } from "./served.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let emulator: Emulator;
let john: Call;
const here = "/rest/api/latest/projects/ACME/repos/nasty";
const compared = ["--src-prefix=src://", "--dst-prefix=dst://", "-C", "--submodule=short"];

beforeAll(async () => {
  folder = await temporaryFolder();
  await buildNastyHistory(folder.path, { now: new Date("2026-11-20T12:00:00Z") });
  emulator = await createEmulator({ server: false, repositories: [{ path: folder.path, slug: "nasty" }] });
  john = callerAt(dataCenterOf(emulator), "johndoe");
});
afterAll(async () => {
  await emulator.close();
  await folder.remove();
});

/** The text a name has in JSON: bytes that are no UTF-8 cannot be told. */
const told = (latin1: string) => Buffer.from(latin1, "latin1").toString("utf8");

test("D35: the changes of every commit are git's, against the first parent of a merge", async () => {
  const words: Readonly<Record<string, string>> = {
    A: "ADD",
    C: "COPY",
    D: "DELETE",
    M: "MODIFY",
    R: "MOVE",
    T: "MODIFY",
  };
  for (const { hash, base } of commitPairs(folder.path)) {
    const { values, toHash } = await bodyOf(john(`${here}/commits/${hash}/changes?limit=1000`));
    expect(toHash).toBe(hash);
    const fields = git(folder.path, "diff-tree", "-r", "-z", "--name-status", "-C", base, hash)
      .toString("latin1")
      .split("\0");
    const expected: string[] = [];
    for (let at = 0; at + 1 < fields.length; ) {
      const status = fields[at] ?? "";
      const moved = /^[RC]/.test(status);
      const names = fields.slice(at + 1, at + (moved ? 3 : 2)).map(told);
      expected.push([words[status[0] ?? ""], ...names].join(" "));
      at += moved ? 3 : 2;
    }
    const found = values.map(({ type, path, srcPath }) =>
      [type, ...(srcPath === undefined ? [] : [srcPath.toString]), path.toString].join(" "),
    );
    expect(found, hash).toEqual(expected);
  }
});

test("D36: a moved file names its source, a submodule is one, a first commit has nothing before it", async () => {
  const commitOf = (message: string) =>
    gitLines(folder.path, "log", "--all", "--format=%H", `--grep=^${message}$`)[0] ?? "";
  const changes = async (message: string) =>
    (await bodyOf(john(`${here}/commits/${commitOf(message)}/changes`))).values;
  expect(await changes("Rename alone")).toMatchObject([
    {
      type: "MOVE",
      percentUnchanged: 100,
      path: {
        toString: "lib/a renamed.txt",
        components: ["lib", "a renamed.txt"],
        parent: "lib",
        extension: "txt",
      },
      srcPath: { toString: "src/a.txt" },
      properties: { gitChangeType: "RENAME" },
    },
  ]);
  expect(await changes("Add a submodule")).toContainEqual(
    expect.objectContaining({ type: "ADD", nodeType: "SUBMODULE" }),
  );
  const first = await bodyOf(john(`${here}/commits/${commitOf("Begin")}/changes`));
  expect([first.fromHash, first.size]).toEqual([null, 3]);
});

test("D35: the text of every commit's diff is git's byte for byte, by Accept and by the raw resource", async () => {
  for (const { hash, base } of commitPairs(folder.path)) {
    const expected = git(folder.path, "diff-tree", "-r", "-p", "--unified=10", ...compared, base, hash);
    const byAccept = await john(`${here}/commits/${hash}/diff`, { headers: { accept: "text/plain" } });
    expect(byAccept.headers.get("content-type")).toBe("text/plain;charset=UTF-8");
    expect(Buffer.from(await byAccept.arrayBuffer()).equals(expected), hash).toBe(true);
    const raw = await john(`${here}/diff?until=${hash}&contextLines=10`);
    expect(Buffer.from(await raw.arrayBuffer()).equals(expected), hash).toBe(true);
  }
});

test("D35: the JSON of every commit's diff has git's files, counts and names, and lines that add up", async () => {
  for (const { hash, base } of commitPairs(folder.path)) {
    const { diffs, truncated } = await bodyOf(john(`${here}/commits/${hash}/diff`));
    expect(truncated).toBe(false);
    // A change of kind is a deletion and an addition in a diff, and one change in counts.
    const kinds = gitLines(
      folder.path,
      "diff-tree",
      "-r",
      "--name-status",
      "--diff-filter=T",
      base,
      hash,
    ).length;
    const numbers = git(folder.path, "diff-tree", "-r", "--numstat", "-C", base, hash).toString("latin1");
    const rows = numbers.split("\n").filter(Boolean);
    expect(diffs.length, hash).toBe(rows.length + kinds);
    const sum = (column: number) =>
      rows.reduce((total, row) => total + (Number(row.split("\t")[column]) || 0), 0);
    const lines = diffs.flatMap(({ hunks = [] }) =>
      hunks.flatMap(({ segments }) => segments.flatMap((each) => each.lines.map(() => each.type))),
    );
    expect(lines.filter((type) => type === "ADDED").length, hash).toBe(sum(0));
    expect(lines.filter((type) => type === "REMOVED").length, hash).toBe(sum(1));
    expect(diffs.filter(({ binary }) => binary).length, hash).toBe(
      rows.filter((row) => row.startsWith("-\t-")).length,
    );
    // However git must quote a name, it is the file's own.
    const { values } = await bodyOf(john(`${here}/commits/${hash}/changes?limit=1000`));
    const names = new Set(values.map(({ path }) => path.toString));
    for (const { source, destination } of diffs)
      expect(names, hash).toContain((destination ?? source)?.toString);
  }
});

test("D35: lines carry both numbers, of one file, with as much context as is asked for", async () => {
  const hash = gitLines(folder.path, "log", "--format=%H", "--grep=^Edit within CRLF$", "main")[0];
  const diff = await bodyOf(john(`${here}/commits/${hash}/diff/crlf.txt?contextLines=1`));
  expect(diff).toMatchObject({ contextLines: 1, whitespace: "SHOW", toHash: hash });
  const numbered = (source: number, destination: number, line: string) => ({
    source,
    destination,
    line,
    truncated: false,
  });
  expect(diff.diffs[0]?.hunks).toEqual([
    {
      context: "line 5",
      sourceLine: 6,
      sourceSpan: 3,
      destinationLine: 6,
      destinationSpan: 3,
      truncated: false,
      segments: [
        { type: "CONTEXT", lines: [numbered(6, 6, "line 6")], truncated: false },
        { type: "REMOVED", lines: [numbered(7, 7, "line 7")], truncated: false },
        { type: "ADDED", lines: [numbered(8, 7, "line seven")], truncated: false },
        { type: "CONTEXT", lines: [numbered(8, 8, "line 8")], truncated: false },
      ],
    },
  ]);
});

test("D35: a moved file's diff by its path needs srcPath, and whitespace can be ignored", async () => {
  const commitOf = (message: string) =>
    gitLines(folder.path, "log", "--format=%H", `--grep=^${message}$`, "main")[0];
  const path = `${here}/commits/${commitOf("Rename and edit")}/diff/lib/b.txt`;
  expect((await bodyOf(john(path))).diffs[0]?.source).toBeNull();
  const moved = await bodyOf(john(`${path}?srcPath=src/b.txt`));
  expect(moved.diffs).toMatchObject([
    { source: { toString: "src/b.txt" }, destination: { toString: "lib/b.txt" } },
  ]);
  const blank = await bodyOf(
    john(`${here}/commits/${commitOf("CRLF becomes LF")}/diff?whitespace=ignore-all`),
  );
  expect([blank.whitespace, blank.diffs.flatMap(({ hunks = [] }: DiffObject) => hunks)]).toEqual([
    "IGNORE_ALL",
    [],
  ]);
});

test("D36: beyond its cap a JSON diff is cut, and says so at every level", async () => {
  const other = await createEmulator({
    server: false,
    dataCenterRules: { maxDiffLines: 30, maxChanges: 5 },
    repositories: [{ path: folder.path, slug: "nasty" }],
  });
  const call = callerAt(dataCenterOf(other), "johndoe");
  const hash = gitLines(folder.path, "log", "--format=%H", "--grep=^Begin$", "main")[0];
  const { diffs, truncated } = await bodyOf(call(`${here}/commits/${hash}/diff`));
  expect(truncated).toBe(true);
  const last = diffs.at(-1);
  const hunk = last?.hunks?.at(-1);
  expect([last?.truncated, hunk?.truncated, hunk?.segments.at(-1)?.truncated]).toEqual([true, true, true]);
  const odd = gitLines(folder.path, "log", "--format=%H", "--grep=^Add every odd name$", "main")[0];
  const page = await bodyOf(call(`${here}/commits/${odd}/changes?limit=100`));
  expect([page.size, page.limit, page.isLastPage]).toEqual([5, 5, true]);
  await other.close();
});

test("D35: a range and two branches compared, as changes, JSON and patch", async () => {
  const [since, until] = ["v1.0", "v1.1"].map((tag) => gitLines(folder.path, "rev-parse", `${tag}^{}`)[0]);
  const range = await bodyOf(john(`${here}/changes?since=v1.0&until=v1.1&limit=1000`));
  expect([range.fromHash, range.toHash]).toEqual([since, until]);
  expect(range.size).toBe(
    gitLines(folder.path, "diff-tree", "-r", "--name-only", "-C", "v1.0^{}", "v1.1^{}").length,
  );
  expect((await refusalOf(john(`${here}/changes?since=v1.0`)))[0]).toBe(400);

  const compare = `compare/diff?from=feature/right&to=feature/left`;
  const { diffs } = await bodyOf(john(`${here}/${compare}`));
  expect(diffs.map(({ destination }: DiffObject) => destination?.toString).sort()).toEqual([
    "right.txt",
    "swap/uno",
  ]);
  const one = await bodyOf(john(`${here}/${compare.replace("diff?", "diff/right.txt?")}`));
  expect(one.diffs.map(({ destination }: DiffObject) => destination?.toString)).toEqual(["right.txt"]);
  const ofFile = await john(`${here}/diff/right.txt?since=feature/left&until=feature/right`);
  expect((await ofFile.text()).match(/^diff --git .*/gm)).toEqual([
    "diff --git src://right.txt dst://right.txt",
  ]);
  const changed = await bodyOf(john(`${here}/compare/changes?from=feature/right&to=feature/left`));
  expect(changed.size).toBe(2);
  expect((await john(`${here}/${compare}`, { headers: { accept: "text/plain" } })).status).toBe(406);

  const patch = await john(`${here}/patch?since=${since}&until=${until}`);
  expect(await patch.text()).toContain("Subject: [PATCH");
  expect(patch.headers.get("cache-control")).toContain("max-age");
  const all = await (await john(`${here}/patch?until=main&allAncestors=true`)).text();
  // A commit that changes nothing makes no mail.
  expect(all.match(/^From [0-9a-f]{40} /gm)?.length).toBe(
    gitLines(folder.path, "rev-list", "--no-merges", "main").length - 1,
  );
  for (const resource of ["patch", "diff"])
    expect((await refusalOf(john(`${here}/${resource}?since=v1.0`)))[0], resource).toBe(400);
});

test("D36: in a JSON diff a deleted file, a binary one, a submodule and text that is no UTF-8 are as git has them", async () => {
  const diffsOf = async (message: string, path = "") => {
    const hash = gitLines(folder.path, "log", "--all", "--format=%H", `--grep=^${message}$`)[0];
    return (await bodyOf(john(`${here}/commits/${hash}/diff${path}`))).diffs;
  };
  const touched = (filter: string) =>
    gitLines(folder.path, "log", "--all", "--no-renames", "--format=%H", `--diff-filter=${filter}`);
  const deleted: DiffObject[] = [];
  for (const hash of touched("D")) {
    const { diffs } = await bodyOf(john(`${here}/commits/${hash}/diff?contextLines=0`));
    deleted.push(...diffs.filter(({ destination }) => destination === null));
  }
  expect(deleted.length).toBeGreaterThan(0);
  for (const { source, hunks = [] } of deleted) {
    expect(source).not.toBeNull();
    expect(hunks.every(({ destinationSpan }) => destinationSpan === 0)).toBe(true);
  }
  const binary = (await diffsOf("Text becomes binary")).find((each) => each.binary);
  expect(binary).toMatchObject({ binary: true, truncated: false });
  expect(binary).not.toHaveProperty("hunks");
  const [submodule] = (await diffsOf("Add a submodule")).filter(({ hunks }) =>
    hunks?.some(({ segments }) =>
      segments.some(({ lines }) => lines[0]?.line.startsWith("Subproject commit ")),
    ),
  );
  expect(submodule?.source).toBeNull();
});

test("D35: autoSrcPath finds what a file was called, and text is for who asks for it alone", async () => {
  const [hash] = gitLines(folder.path, "log", "--format=%H", "--grep=^Rename and edit$", "main");
  const path = `${here}/commits/${hash}/diff/lib/b.txt`;
  expect((await bodyOf(john(`${path}?autoSrcPath=true`))).diffs).toMatchObject([
    { source: { toString: "src/b.txt" }, destination: { toString: "lib/b.txt" } },
  ]);
  for (const accept of ["*/*", "application/json", "application/json, text/plain"])
    expect((await john(path, { headers: { accept } })).headers.get("content-type"), accept).toContain("json");
});
