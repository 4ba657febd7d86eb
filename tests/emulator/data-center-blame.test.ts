/** A Data Center's blame, last changes of files, archives and common ancestors, compared with plain git. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { buildNastyHistory } from "../histories/nasty.ts";
import { bodyOf, type Call, callerAt, dataCenterOf, refusalOf } from "./data-center.ts";
import { git, gitLines } from "./served.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let emulator: Emulator;
let john: Call;
let at: string;
/** The same history, of a repository that says nothing of itself. */
let truth: string;
const here = "/rest/api/latest/projects/ACME/repos/nasty";

beforeAll(async () => {
  folder = await temporaryFolder();
  at = join(folder.path, "nasty");
  truth = join(folder.path, "truth");
  for (const path of [at, truth]) await buildNastyHistory(path, { now: new Date("2026-11-20T12:00:00Z") });
  // What a hostile repository may say of itself must run nothing and change nothing.
  for (const [name, value] of [
    ["tar.tar.gz.command", `touch ${join(folder.path, "ran")}`],
    ["blame.ignoreRevsFile", "/nonexistent"],
    ["diff.evil.textconv", `touch ${join(folder.path, "ran")}`],
  ] as const)
    git(at, "config", name, value);
  emulator = await createEmulator({ server: false, repositories: [{ path: at, slug: "nasty" }] });
  john = callerAt(dataCenterOf(emulator), "johndoe");
});
afterAll(async () => {
  await emulator.close();
  await folder.remove();
});

interface Span {
  readonly commitHash: string;
  readonly displayCommitHash: string;
  readonly fileName: string;
  readonly lineNumber: number;
  readonly spannedLines: number;
  readonly author: { readonly emailAddress: string };
  readonly authorTimestamp: number;
}

const blameOf = async (path: string): Promise<readonly Span[]> => {
  const answer = await john(
    `${here}/browse/${path}${path.includes("?") ? "&" : "?"}blame=true&noContent=true`,
  );
  return (await answer.json()) as Span[]; // the list of spans
};

test("D35: blame names for every line of a file the commit that git blames", async () => {
  for (const path of ["crlf.txt", "lib/a renamed.txt", "README.md", "last.txt"]) {
    const spans = await blameOf(path);
    const byLine = spans.flatMap(({ commitHash, spannedLines }) => Array(spannedLines).fill(commitHash));
    const expected = gitLines(truth, "blame", "-s", "-l", "--root", "main", "--", path);
    expect(byLine, path).toEqual(expected.map((line) => line.slice(0, 40)));
    expect(spans.map(({ lineNumber }) => lineNumber)[0]).toBe(1);
    for (const { commitHash, displayCommitHash, authorTimestamp, author } of spans) {
      expect(displayCommitHash).toBe(commitHash.slice(0, 11));
      const [seconds, email] = gitLines(at, "log", "-1", "--format=%at%n%ae", commitHash);
      expect([authorTimestamp, author.emailAddress]).toEqual([Number(seconds) * 1000, email]);
    }
  }
});

test("D35: blame stands beside the lines of a page and covers no others, under the name of its time", async () => {
  const [edited] = gitLines(at, "log", "--format=%H", "--grep=^Edit within CRLF$", "main");
  const page = (await (await john(`${here}/browse/crlf.txt?at=${edited}&blame&start=6&limit=2`)).json()) as {
    lines: object[];
    blame: Span[];
  }; // a page of a file
  expect(page.lines).toEqual([{ text: "line seven" }, { text: "line 8" }]);
  expect(page.blame.map(({ lineNumber, spannedLines }) => [lineNumber, spannedLines])).toEqual([
    [7, 1],
    [8, 1],
  ]);
  expect((await blameOf("lib/a renamed.txt")).map(({ fileName }) => fileName)).toContain("src/a.txt");
  for (const query of ["", "?blame=false"])
    expect(await bodyOf(john(`${here}/browse/crlf.txt${query}`))).not.toHaveProperty("blame");
  expect((await john(`${here}/browse/none.txt?blame=true`)).status).toBe(404);
});

test("D35: what last touched each entry of a folder", async () => {
  for (const path of ["", "lib"]) {
    const answer = await bodyOf(john(`${here}/last-modified/${path}?at=main`));
    const { files, latestCommit } = answer as unknown as {
      files: Record<string, { id: string }>;
      latestCommit: { id: string };
    }; // as this resource has it
    for (const [name, { id }] of Object.entries(files)) {
      if (!/^[\w.]+$/.test(name)) continue;
      const touched = gitLines(at, "log", "-1", "--format=%H", "main", "--", join(path, name));
      expect(id, name).toBe(touched[0]);
    }
    expect(Object.keys(files).length).toBeGreaterThan(0);
    expect(latestCommit.id).toBe(gitLines(at, "log", "-1", "--format=%H", "main", "--", path || ".")[0]);
  }
  expect((await refusalOf(john(`${here}/last-modified/lib`)))[0]).toBe(400);
  expect((await refusalOf(john(`${here}/last-modified/none?at=main`)))[1]).toBe("NoSuchPathException");
});

test("D35: a commit is packed whole or in part, and no program of the repository's choice runs", async () => {
  const packed = async (query: string) => {
    const answer = await john(`${here}/archive?${query}`);
    return { type: answer.headers.get("content-type"), bytes: Buffer.from(await answer.arrayBuffer()) };
  };
  const tar = await packed("format=tar&at=v1.0&prefix=some");
  expect(tar.bytes.equals(git(at, "archive", "--format=tar", "--prefix=some/", "v1.0^{commit}"))).toBe(true);
  for (const format of ["tar.gz", "tgz"]) {
    const { type, bytes } = await packed(`format=${format}&path=lib`);
    expect(type).toBe("application/x-gzip");
    const listed = execFileSync("tar", ["-tz"], { input: bytes }).toString().split("\n");
    expect(listed).toContain("lib/a copy.txt");
    expect(listed).not.toContain("crlf.txt");
  }
  expect((await packed("")).bytes.subarray(0, 2).toString()).toBe("PK");
  expect((await refusalOf(john(`${here}/archive?format=rar`)))[0]).toBe(400);
  expect((await refusalOf(john(`${here}/archive?at=none`)))[1]).toBe("NoSuchCommitException");
  expect((await refusalOf(john(`${here}/archive?path=none`)))[1]).toBe("NoSuchPathException");
  expect(() => execFileSync("ls", [join(folder.path, "ran")], { stdio: "ignore" })).toThrow();
});

test("D35: where two commits parted", async () => {
  const [left] = gitLines(at, "rev-parse", "feature/left");
  const base = gitLines(at, "merge-base", "feature/left", "feature/right")[0];
  const found = await bodyOf(john(`${here}/commits/${left}/merge-base?otherCommitId=feature/right`));
  expect(found.id).toBe(base);
  expect((await refusalOf(john(`${here}/commits/${left}/merge-base`)))[0]).toBe(400);
});
