/** Owns plain git as a person has it: the program on this machine, without anybody's configuration and without questions. */
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { gitEnvironment } from "../git-environment.ts";

export interface GitRun {
  readonly code: number | null;
  readonly output: string;
  /** What it tells the person: progress, `remote:` lines and errors. */
  readonly said: string;
}

/** Runs git in a folder; the emulator answers meanwhile. */
export function runGit(folder: string, ...args: readonly string[]): Promise<GitRun> {
  return runProgram("git", ["-C", folder, ...args], gitEnvironment);
}

/** As {@link runGit}, throwing what it said unless it went well. Returns its output without the last line's end. */
export async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const { code, output, said } = await runGit(folder, ...args);
  if (code !== 0) throw new Error(`git ${args.join(" ")} ended with ${code}: ${said}`);
  return output.replace(/\n$/, "");
}

/** Runs a program to its end. Code null: it is not installed. */
export function runProgram(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<GitRun> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const [output, said]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
    child.once("error", () => resolve({ code: null, output: "", said: `${program} is not installed` }));
    child.once("close", (code) =>
      resolve({ code, output: Buffer.concat(output).toString(), said: Buffer.concat(said).toString() }),
    );
  });
}

/** An address with a user name and a secret in it, as people paste it. */
export function withUser(address: string, user: string, secret: string): string {
  const url = new URL(address);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(secret);
  return url.href;
}

/** A checkout with two commits, a second branch, both kinds of tags, and a file nobody committed. */
export async function smallCheckout(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await git(folder, "init", "--quiet", "--initial-branch=main");
  await writeFile(`${folder}/a.txt`, "one\n");
  await git(folder, "add", "a.txt");
  await git(folder, "commit", "--quiet", "-m", "one");
  await git(folder, "tag", "light");
  await git(folder, "branch", "release/1.0");
  await writeFile(`${folder}/a.txt`, "one\ntwo\n");
  await git(folder, "commit", "--quiet", "-a", "-m", "two");
  await git(folder, "tag", "-a", "v1.0", "-m", "first");
  await writeFile(`${folder}/untracked.txt`, "mine\n");
}
