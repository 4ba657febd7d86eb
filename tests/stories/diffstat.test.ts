import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../histories/folders.ts";
import { buildNastyHistory } from "../histories/nasty.ts";
import { runWindlass } from "../run-windlass.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let repository: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  repository = join(folder.path, "nasty");
  await buildNastyHistory(repository, { now: new Date("2026-11-20T08:00:00Z") });
});
afterAll(() => folder?.remove());

const git = (...args: string[]) => execFileSync("git", ["-C", repository, ...args], { maxBuffer: 1 << 28 });
const main = join(import.meta.dirname, "../../src/cli/main.ts");

/** The command on bytes, which a text would spoil. */
const diffstat = (diff: Uint8Array, ...args: string[]) =>
  execFileSync(process.execPath, [main, "diffstat", ...args], { input: diff, maxBuffer: 1 << 28 });

const lines = (bytes: Buffer) => bytes.toString("latin1").split("\n").filter(Boolean);

test("S23: counts of a whole history are printed as git prints them, line by line", () => {
  const printed = lines(diffstat(git("log", "-p", "-M", "--format=", "--no-ext-diff")));
  const expected = lines(git("log", "--numstat", "-M", "--format=", "--no-ext-diff"));
  expect(expected.length).toBeGreaterThan(50);
  expect(printed).toEqual(expected);
});

test("-z ends names by NUL and leaves them as they are", () => {
  const printed = diffstat(git("show", "--format=", "-M", "HEAD"), "-z");
  expect(printed.equals(git("show", "--numstat", "-z", "--format=", "-M", "HEAD"))).toBe(true);
});

test("--json gives the same as one object, and an empty diff is no file", async () => {
  const { files } = JSON.parse(diffstat(git("show", "--format=", "HEAD"), "--json").toString());
  expect(files.length).toBeGreaterThan(0);
  expect(files[0]).toMatchObject({ oldPath: expect.any(String), added: expect.any(Number), binary: false });
  expect(await runWindlass(["diffstat", "--json"], { input: "" })).toEqual({
    exitCode: 0,
    stdout: '{"files":[]}\n',
    stderr: "",
  });
  expect(await runWindlass(["diffstat"], { input: "no diff at all\n" })).toEqual({
    exitCode: 0,
    stdout: "",
    stderr: "",
  });
});

test("a reader that has read enough ends it quietly", () => {
  const script = `"${process.execPath}" "${main}" diffstat < <(git -C "${repository}" log -p --format=) | head -n 1`;
  expect(execFileSync("bash", ["-c", script], { stdio: ["ignore", "pipe", "pipe"] }).toString()).toMatch(
    /^\S+\t\S+\t/,
  );
});
