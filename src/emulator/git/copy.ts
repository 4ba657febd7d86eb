/** Owns the copy of a repository that is written to in its place. */
import { appendFile, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GitFailure } from "./errors.ts";
import type { Location } from "./process/environment.ts";
import { gitOutput, runGit, runGitIn } from "./process/run.ts";
import { refsOf } from "./ref-changes.ts";

/**
 * Makes `target` a bare repository with the branches, tags and objects of `source`. Objects are not copied: the copy
 * borrows them, so that a large repository is copied at once, and writes its own beside them.
 * @see gitrepository-layout(5), "objects/info/alternates"
 */
export async function copyRepository(source: Location, target: string): Promise<void> {
  const { exitCode, errors } = await runGitIn(".", ["init", "--quiet", "--bare", "--template=", target]);
  if (exitCode !== 0) throw new GitFailure("failed", `${target} could not be made a repository.`, errors);
  const path = (name: string) => pathIn(source, name);
  const [objects, shallow] = await Promise.all([path("objects"), path("shallow")]);
  const copy: Location = { gitFolder: target, workTree: null };
  await gitOutput(copy, ["config", "receive.denyDeleteCurrent", "ignore"]);
  await mkdir(join(target, "objects", "info"), { recursive: true });
  await appendFile(join(target, "objects", "info", "alternates"), `${objects}\n`);
  // A shallow clone has no parents for its oldest commits; without its list git would look for them.
  await copyIfThere(shallow, join(target, "shallow"));
  await writeFile(join(target, "HEAD"), `${await headOf(source)}\n`);
  const lines = [...(await refsOf(source))].map(([name, hash]) => `create ${name} ${hash}\n`);
  await gitOutput(copy, ["update-ref", "--stdin"], lines.join(""));
}

async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error; // the file system rejects with errors of Node
  }
}

async function pathIn(source: Location, name: string): Promise<string> {
  const answer = await gitOutput(source, ["rev-parse", "--path-format=absolute", "--git-path", name]);
  return answer.toString("utf8").replace(/\n$/, "");
}

/** `ref: refs/heads/main`, or the hash of a detached checkout, which the copy shows as the branch `main`. */
async function headOf(source: Location): Promise<string> {
  const { exitCode, output } = await runGit(source, ["symbolic-ref", "--quiet", "HEAD"]);
  if (exitCode === 0) return `ref: ${output.toString("utf8").trim()}`;
  const detached = await runGit(source, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
  return detached.exitCode === 0 ? detached.output.toString("utf8").trim() : "ref: refs/heads/main";
}
