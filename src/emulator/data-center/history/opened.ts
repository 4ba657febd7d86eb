/** Owns which repositories on disk are open: each once, all closed with the emulator. */
import type { Context } from "hono";
import { type GitRepository, openGitRepository } from "../../git/repository.ts";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import type { DcRepository } from "../world.ts";

/** What every route below one repository works with. */
export interface Opened {
  readonly context: DataCenterContext;
  readonly repository: DcRepository;
  readonly git: GitRepository;
}

export type OpenRepository = (repository: DcRepository) => Promise<Opened>;

/** A handler below one repository. */
export type HistoryHandler = (c: Context<DcEnv>, opened: Opened) => Response | Promise<Response>;

/** Opens on demand; a folder that could not be opened is tried again the next time. */
export function repositoryOpener(context: DataCenterContext): OpenRepository {
  const repositories = new Map<string, Promise<GitRepository>>();
  context.onClose(async () => {
    const opened = await Promise.allSettled(repositories.values());
    await Promise.all(opened.map((each) => (each.status === "fulfilled" ? each.value.close() : undefined)));
  });

  const openGit = (path: string): Promise<GitRepository> => {
    const known = repositories.get(path);
    if (known !== undefined) return known;
    const opening = openGitRepository(path);
    repositories.set(path, opening);
    opening.catch(() => repositories.delete(path));
    return opening;
  };

  return async (repository) => ({ context, repository, git: await openGit(repository.path) });
}
