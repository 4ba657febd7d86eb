/**
 * Owns finding a Chromium that starts: an installed one, else the one of an npm package, else the system's packages.
 * Called by `bootstrap.mjs`, which hands over the file for the verdict.
 */
import { spawnSync } from "node:child_process";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { chromium } from "playwright-core";

/** One place a browser may come from. Throws, with the reason, where there is none. */
interface Source {
  readonly name: string;
  find(): Promise<string> | string;
}

/** What is remembered, so that the next run need not look again. */
export interface Verdict {
  readonly path: string;
  /** The file's modification time in milliseconds: another file under the same name is looked at anew. */
  readonly modified: number;
  /** What `CHROMIUM_PATH` said when it was found. */
  readonly wish: string;
}

const installedNames = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const [verdictFile] = process.argv.slice(2);
if (import.meta.main && verdictFile !== undefined) process.exitCode = await main(verdictFile);

async function main(verdictFile: string): Promise<number> {
  const wish = process.env.CHROMIUM_PATH ?? "";
  const folder = dirname(verdictFile);
  mkdirSync(folder, { recursive: true });
  const found = await firstThatStarts(wish === "" ? everySource(folder) : [wishedFor(wish)]);
  if (found.path === null) {
    console.error(`No browser can be had, and the tests need one.\n${found.reasons.join("\n")}`);
    return 1;
  }
  const verdict: Verdict = { path: found.path, modified: statSync(found.path).mtimeMs, wish };
  writeFileSync(verdictFile, JSON.stringify(verdict));
  return 0;
}

/** Tries the sources in order; the reasons say why each one before did not do. */
export async function firstThatStarts(
  sources: readonly Source[],
): Promise<{ path: string | null; reasons: readonly string[] }> {
  const reasons: string[] = [];
  for (const source of sources) {
    try {
      const path = await source.find();
      await start(path);
      return { path, reasons };
    } catch (error) {
      reasons.push(`- ${source.name}: ${firstLines(error)}`);
    }
  }
  return { path: null, reasons };
}

function wishedFor(path: string): Source {
  return { name: "CHROMIUM_PATH", find: () => path };
}

function everySource(folder: string): readonly Source[] {
  return [
    ...installedNames.map((name) => ({ name, find: () => inPath(name) })),
    { name: "npm package @sparticuz/chromium", find: () => unpack(join(folder, "chromium"), false) },
    { name: "the same with its own libraries", find: () => unpack(join(folder, "chromium-al2023"), true) },
    { name: "apt-get", find: installWithApt },
  ];
}

function inPath(name: string): string {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return realpathSync(path);
    } catch {
      // Not here: the next folder may have it.
    }
  }
  throw new Error("not in PATH");
}

/** Starts the browser, opens a page and ends it: a file that is there may still lack its libraries. */
async function start(path: string): Promise<void> {
  const browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox"], timeout: 20_000 });
  try {
    const page = await browser.newPage();
    await page.goto("data:text/html,<title>ready</title>");
    if ((await page.title()) !== "ready") throw new Error("started, but showed no page");
  } finally {
    await browser.close();
  }
}

/**
 * Unpacks the package's Chromium and writes the script that starts it. The package unpacks into the temporary folder,
 * and its own system libraries only where it believes to be in a cloud function: both are said by the environment.
 */
function unpack(folder: string, withLibraries: boolean): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  tell("unpacking a browser from the npm package @sparticuz/chromium …");
  const program = 'import("@sparticuz/chromium").then(({ default: c }) => c.executablePath())';
  const env = {
    ...process.env,
    TMPDIR: folder,
    ...(withLibraries ? { AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" } : {}),
  };
  const { status, stderr } = spawnSync(process.execPath, ["-e", program], { env, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  const script = join(folder, "start");
  writeFileSync(script, startScript(folder, withLibraries));
  chmodSync(script, 0o755);
  return script;
}

function startScript(folder: string, withLibraries: boolean): string {
  const lines = ["#!/bin/sh"];
  if (withLibraries) lines.push(`export LD_LIBRARY_PATH='${join(folder, "al2023", "lib")}'`);
  if (!existsSync("/etc/fonts/fonts.conf")) lines.push(`export FONTCONFIG_PATH='${join(folder, "fonts")}'`);
  return `${lines.join("\n")}\nexec '${join(folder, "chromium")}' "$@"\n`;
}

function installWithApt(): string {
  inPath("apt-get");
  tell("installing chromium with apt-get …");
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  for (const args of [["update"], ["install", "--yes", "--no-install-recommends", "chromium"]]) {
    const [command = "", ...rest] = [...asRoot, "apt-get", ...args];
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const { status, stderr, error } = spawnSync(command, rest, { env, encoding: "utf8" });
    if (status !== 0) throw new Error(error?.message ?? stderr);
  }
  return inPath("chromium");
}

/** A line of progress: the tab tells the bootstrap to pass it on at once. */
function tell(sentence: string): void {
  process.stderr.write(`\t${sentence}\n`);
}

function firstLines(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split("\n").slice(0, 4).join(" ").slice(0, 400);
}
