/** Owns what a push does to a repository of the tests: new commits on main, or main somewhere else. */
import { execFile } from "node:child_process";

/** Further commits on main, as a push brings them. */
export async function extend(path: string, files: { readonly name: string }[]): Promise<void> {
  for (const { name } of files) {
    const blob = await git(path, ["hash-object", "-w", "--stdin"], `${name}\n`);
    const listed = await git(path, ["ls-tree", "main"]);
    const tree = await git(path, ["mktree"], `${listed}\n100644 blob ${blob}\t${name}\n`);
    const commit = await git(path, ["commit-tree", tree, "-p", "main", "-F", "-"], `${name}\n`);
    await git(path, ["update-ref", "refs/heads/main", commit]);
  }
}

/** Makes main another commit, as a forced push does. */
export async function moveMain(path: string, to: string): Promise<void> {
  await git(path, ["update-ref", "refs/heads/main", await git(path, ["rev-parse", to])]);
}

/** Hashes of main, newest first. */
export async function revisions(path: string): Promise<string[]> {
  return (await git(path, ["rev-list", "main"])).split("\n");
}

async function git(path: string, command: string[], input = ""): Promise<string> {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
  return new Promise((resolve, reject) => {
    const child = execFile("git", ["-C", path, ...identity, ...command], (error, output) =>
      error === null ? resolve(output.trim()) : reject(error),
    );
    // A git that reads nothing may have ended already.
    child.stdin?.on("error", () => {}).end(input);
  });
}
