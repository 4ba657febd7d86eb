/** Owns the pull requests a seed tells of: open ones, between branches that are there. */
import type { EmulatorContext } from "../../core/context.ts";
import { EmulatorFailure } from "../../core/errors.ts";
import type { SeedPullRequest } from "../../core/seed.ts";
import { findRepository, type Person, type World } from "../../core/world.ts";
import { addPullRequest, readSides } from "./entries.ts";

/** Throws {@link EmulatorFailure} `bad_seed` for a repository, person or branch that is not there, or nothing to merge. */
export async function plantPullRequest(
  context: Pick<EmulatorContext, "world" | "clock" | "git">,
  given: SeedPullRequest,
): Promise<void> {
  const { world } = context;
  const { workspace, source, destination, title, reviewers = [] } = given;
  const repository = findRepository(world, workspace, given.repository);
  if (repository === undefined)
    throw badSeed(title, `there is no repository ${workspace}/${given.repository}`);
  const branches = {
    sourceBranch: source,
    ...(destination === undefined ? {} : { destinationBranch: destination }),
  };
  const sides = await readSides(context, repository, branches);
  if (sides instanceof Response) throw badSeed(title, `nothing can be pulled from ${source}`);
  const { description, draft, closeSourceBranch } = given;
  const fields = {
    title,
    ...(description === undefined ? {} : { description }),
    ...(draft === undefined ? {} : { draft }),
    ...(closeSourceBranch === undefined ? {} : { closeSourceBranch }),
    reviewers: reviewers.map((handle) => personNamed(world, handle, title)),
  };
  const author = { kind: "person", uuid: personNamed(world, given.author, title).uuid } as const;
  addPullRequest(context, repository, { sides, author, fields });
}

function personNamed({ people }: World, handle: string, title: string): Person {
  const person = people.find(({ username, nickname }) => (username ?? nickname) === handle);
  if (person === undefined) throw badSeed(title, `there is no person "${handle}"`);
  return person;
}

function badSeed(title: string, what: string): EmulatorFailure {
  const problem = `pull request "${title}": ${what}`;
  return new EmulatorFailure("bad_seed", `The seed has a mistake: ${problem}.`, [problem]);
}
