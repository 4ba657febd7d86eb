/** Owns a repository told instead of given as a folder, and the making of the folder. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { EmulatorFailure } from "../core/errors.ts";
import type { SeedRepository } from "../core/seed.ts";
import { writeHistory } from "../demo/write-history.ts";
import { planHistory } from "./plan.ts";
import type { RepositoryStep } from "./steps.ts";

/** As in a seed, but for the folder. */
export interface RepositoryDetails extends Omit<Partial<SeedRepository>, "path" | "workspace" | "slug"> {
  /** What the telling begins on, and HEAD points to. Default `main`. */
  readonly mainBranch?: string;
}

/** What {@link repository} gives: a history and where it is shown. */
export interface BuiltRepository extends RepositoryDetails {
  readonly workspace: string;
  readonly slug: string;
  readonly steps: readonly RepositoryStep[];
}

/** `workspace/slug` and its history, as real git will have it. Throws {@link EmulatorFailure} `bad_history` for another name. */
export function repository(
  fullName: string,
  steps: readonly RepositoryStep[] = [],
  details: RepositoryDetails = {},
): BuiltRepository {
  const [, workspace, slug] = /^([a-z0-9][a-z0-9._-]*)\/([a-z0-9][a-z0-9._-]*)$/.exec(fullName) ?? [];
  if (workspace !== undefined && slug !== undefined) return { ...details, workspace, slug, steps };
  throw new EmulatorFailure(
    "bad_history",
    `A repository is named workspace/slug in lower case, not "${fullName}".`,
  );
}

/** Where a repository will lie, and what makes it or looks at it there. */
export interface PlacedRepository {
  readonly repository: SeedRepository;
  /** Throws `GitFailure`. */
  ready(): Promise<unknown>;
}

/** Gives it a folder of its own below `folder`: the same telling gives the same hashes. Throws {@link EmulatorFailure} `bad_history`. */
export function placeRepository(
  { steps, mainBranch = "main", ...described }: BuiltRepository,
  folder: string,
): PlacedRepository {
  const { workspace, slug } = described;
  const history = planHistory(steps, { mainBranch, name: `${workspace}/${slug}` });
  // Told again, as after a reset, it must not grow out of what was told before.
  const path = join(mkdtempSync(join(folder, "told-")), workspace, `${slug}.git`);
  return { repository: { ...described, path }, ready: () => writeHistory(path, history) };
}
