/** Owns what every route below one repository works with. */
import type { Context } from "hono";
import type { GitRepository } from "../../git/repository.ts";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import type { DcRepository } from "../world.ts";

export interface Opened {
  readonly context: DataCenterContext;
  readonly repository: DcRepository;
  readonly git: GitRepository;
}

export type OpenRepository = (repository: DcRepository) => Promise<Opened>;

/** A handler below one repository. */
export type HistoryHandler = (c: Context<DcEnv>, opened: Opened) => Response | Promise<Response>;

export function repositoryOpener(context: DataCenterContext): OpenRepository {
  return async (repository) => ({ context, repository, git: await context.git.open(repository.path) });
}
