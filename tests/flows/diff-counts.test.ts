/** The counting reader against git itself, over whole histories and every way git prints a diff. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { numstat } from "../../src/diff/numstat.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { buildLargeHistory } from "../histories/large.ts";
import { buildNastyHistory } from "../histories/nasty.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const histories = ["nasty", "large", "own"];
const pathOf = (history: string) =>
  history === "own" ? fileURLToPath(new URL("../../", import.meta.url)) : join(folder.path, history);

beforeAll(async () => {
  folder = await temporaryFolder();
  const now = new Date();
  await buildNastyHistory(pathOf("nasty"), { now });
  await buildLargeHistory(pathOf("large"), { commits: 120, now });
});

afterAll(() => folder.remove());

async function git(history: string, ...args: string[]): Promise<Buffer> {
  const child = spawn("git", ["-C", pathOf(history), ...args], { stdio: ["ignore", "pipe", "ignore"] });
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function read(chunks: Iterable<Uint8Array>, nulTerminated = false): Promise<string> {
  let text = "";
  for await (const bytes of numstat(chunks, { nulTerminated })) text += Buffer.from(bytes).toString("latin1");
  return text;
}

/** Pieces of uneven sizes, to cut lines, names and quotes anywhere. */
function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let start = 0, step = 0; start < bytes.length; start += size + step, step = (step + 1) % 7) {
    yield bytes.subarray(start, start + size + step);
  }
}

const ways: readonly (readonly string[])[] = [
  ["-p"],
  ["-U0"],
  ["--binary"],
  ["--no-prefix"],
  ["--src-prefix=src://", "--dst-prefix=dst://"],
  ["--src-prefix=before/", "--dst-prefix=after/"],
  ["--full-index", "-U30"],
  ["--patch-with-stat"],
];

test.each(histories)(
  "counts of %s are git's, printed and with -z, however the diff is made",
  async (history) => {
    const base = ["log", "--format=", "-M", "--diff-merges=first-parent", "HEAD"];
    const plain = (await git(history, ...base, "--numstat")).toString("latin1");
    expect(plain.length).toBeGreaterThan(500);
    for (const way of ways) {
      const plain = (await git(history, ...contextOf(way), ...base, "--numstat")).toString("latin1");
      const nul = (await git(history, ...contextOf(way), ...base, "--numstat", "-z")).toString("latin1");
      const diff = await git(history, ...base, "-p", ...way);
      expect([way, linesOf(await read([diff]))]).toEqual([way, linesOf(plain)]);
      expect([way, fieldsOf(await read([diff], true))]).toEqual([way, fieldsOf(nul)]);
    }
    const unquoted = await git(history, "-c", "core.quotePath=false", ...base, "-p");
    expect(linesOf(await read([unquoted]))).toEqual(linesOf(plain));
  },
  // A process of git for each commit and way: a busy machine takes its time.
  120_000,
);

/** Without context git trims what both ends share before it compares: then it counts another diff of the same files. */
function contextOf(way: readonly string[]): readonly string[] {
  const lines = way.find((option) => option.startsWith("-U"))?.slice("-U".length);
  return lines === undefined ? [] : ["-c", `diff.context=${lines}`];
}

/** `git log` puts an empty field between commits. */
function fieldsOf(text: string): string[] {
  return text.split("\0").filter((field) => field !== "");
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

test("where the bytes are cut makes no difference", async () => {
  const diff = await git(
    "nasty",
    "log",
    "--format=",
    "-M",
    "--binary",
    "--diff-merges=first-parent",
    "HEAD",
    "-p",
  );
  const whole = await read([diff]);
  for (const size of [1, 2, 3, 7, 64, 4_096]) expect(await read(pieces(diff, size))).toBe(whole);
});
