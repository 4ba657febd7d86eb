/** Owns what every route below one repository works with. */
import type { Context } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import type { Repository } from "../../core/world.ts";
import type { GitRepository } from "../../git/repository.ts";
import type { ApiEnv } from "../access.ts";
import { type RepositoryLinks, repositoryLinks } from "./shapes/links.ts";

export interface Opened {
  readonly context: EmulatorContext;
  readonly repository: Repository;
  readonly git: GitRepository;
  readonly links: RepositoryLinks;
}

export type Open = (repository: Repository) => Promise<Opened>;

/** A handler below one repository. */
export type RepositoryHandler = (c: Context<ApiEnv>, opened: Opened) => Response | Promise<Response>;

export function repositoryOpener(context: EmulatorContext): Open {
  return async (repository) => ({
    context,
    repository,
    git: await context.git.open(repository.path),
    links: repositoryLinks(context.origins, repository),
  });
}
