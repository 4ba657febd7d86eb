/** Owns which repositories on disk are open: each once, whichever product shows it, all closed with the emulator. */
import { type GitRepository, openGitRepository } from "./repository.ts";

/** Opens on demand; a folder that could not be opened is tried again the next time. */
export type OpenGit = (path: string) => Promise<GitRepository>;

export interface OpenRepositories {
  readonly openGit: OpenGit;
  close(): Promise<void>;
}

export function openEachOnce(): OpenRepositories {
  const repositories = new Map<string, Promise<GitRepository>>();
  return {
    openGit(path) {
      const known = repositories.get(path);
      if (known !== undefined) return known;
      const opening = openGitRepository(path);
      repositories.set(path, opening);
      opening.catch(() => repositories.delete(path));
      return opening;
    },
    async close() {
      const opened = await Promise.allSettled(repositories.values());
      await Promise.all(opened.map((each) => (each.status === "fulfilled" ? each.value.close() : undefined)));
    },
  };
}
