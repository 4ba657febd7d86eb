/** Owns finding the repository a person names, be it a checkout, a folder in one, a worktree or a bare repository. */
import { statSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { GitFailure } from "./errors.ts";
import type { Location } from "./process/environment.ts";
import { runGitIn } from "./process/run.ts";

/**
 * Finds the repository that `path` is or lies in.
 *
 * Throws {@link GitFailure} `not_a_repository`, `git_missing`, or `unsupported` for SHA-256 repositories: Bitbucket
 * knows 40-digit hashes only.
 */
export async function locateRepository(path: string): Promise<Location> {
  const folder = await existingFolder(path);
  const answer = await revParse(folder, [
    "--absolute-git-dir",
    "--is-inside-work-tree",
    "--show-object-format",
  ]);
  if (answer === null) throw notRepository(path);
  // The folder may hold line breaks, the two answers behind it do not.
  const lines = answer.split("\n");
  const objectFormat = lines.pop();
  const insideWorkTree = lines.pop() === "true";
  if (objectFormat !== "sha1") {
    throw new GitFailure(
      "unsupported",
      `${path} uses ${objectFormat} hashes, which Bitbucket does not have.`,
    );
  }
  return {
    gitFolder: lines.join("\n"),
    workTree: insideWorkTree ? await revParse(folder, ["--show-toplevel"]) : null,
  };
}

async function existingFolder(path: string): Promise<string> {
  const folder = await realpath(resolve(path)).catch(() => null);
  if (folder === null) throw new GitFailure("not_a_repository", `${path} does not exist.`);
  if (!statSync(folder).isDirectory()) throw new GitFailure("not_a_repository", `${path} is not a folder.`);
  return folder;
}

/**
 * Null when git says it is not in a repository. Naming a path is the operator's consent to read it, whoever owns it:
 * the ownership check is waived for this question alone, and `rev-parse` runs nothing.
 */
async function revParse(folder: string, questions: readonly string[]): Promise<string | null> {
  const { exitCode, output } = await runGitIn(folder, ["-c", "safe.directory=*", "rev-parse", ...questions]);
  return exitCode === 0 ? output.toString("utf8").replace(/\n$/, "") : null;
}

function notRepository(path: string): GitFailure {
  return new GitFailure("not_a_repository", `${path} is not a git repository.`);
}
