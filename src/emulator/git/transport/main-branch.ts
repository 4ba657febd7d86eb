/** Owns that HEAD names the main branch, as it does at Bitbucket: a checkout's may be detached, or name a branch not yet born. */
import type { Location } from "../process/environment.ts";
import { gitOutput, runGit } from "../process/run.ts";
import type { GitRepositories } from "../repositories.ts";
import type { GitRepository } from "../repository.ts";

/** The repository to serve: as it was given where its HEAD is right, else the copy with HEAD put right. */
export async function withTrueHead(repositories: GitRepositories, path: string): Promise<GitRepository> {
  const git = await repositories.open(path);
  if (await hasTrueHead(git)) return git;
  await repositories.write(path, pointHead);
  return repositories.open(path);
}

/** Points HEAD at the main branch; a branch that only a detached HEAD stood for becomes a real one. */
export async function pointHead(git: GitRepository): Promise<void> {
  const { mainBranch } = await git.references();
  if (mainBranch === null || (await headOf(git.location)) === `refs/heads/${mainBranch.name}`) return;
  const ref = `refs/heads/${mainBranch.name}`;
  await gitOutput(git.location, ["symbolic-ref", "HEAD", ref]);
  await gitOutput(git.location, ["update-ref", ref, mainBranch.commitHash]);
}

async function hasTrueHead(git: GitRepository): Promise<boolean> {
  const [{ mainBranch }, head] = await Promise.all([git.references(), headOf(git.location)]);
  return mainBranch === null ? head !== null : head === `refs/heads/${mainBranch.name}`;
}

/** Null: detached. */
async function headOf(location: Location): Promise<string | null> {
  const { exitCode, output } = await runGit(location, ["symbolic-ref", "--quiet", "HEAD"]);
  return exitCode === 0 ? output.toString("utf8").trim() : null;
}
