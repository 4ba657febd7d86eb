/** Owns which repositories on disk are open: each once, all closed with the emulator. */
import type { Context } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import type { Repository } from "../../core/world.ts";
import { type GitRepository, openGitRepository } from "../../git/repository.ts";
import type { ApiEnv } from "../access.ts";
import { type RepositoryLinks, repositoryLinks } from "./shapes/links.ts";

/** What every route below one repository works with. */
export interface Opened {
  readonly context: EmulatorContext;
  readonly repository: Repository;
  readonly git: GitRepository;
  readonly links: RepositoryLinks;
}

export type Open = (repository: Repository) => Promise<Opened>;

/** A handler below one repository. */
export type RepositoryHandler = (c: Context<ApiEnv>, opened: Opened) => Response | Promise<Response>;

/** Opens on demand; a folder that could not be opened is tried again the next time. */
export function repositoryOpener(context: EmulatorContext): Open {
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

  return async (repository) => ({
    context,
    repository,
    git: await openGit(repository.path),
    links: repositoryLinks(context.origins, repository),
  });
}
