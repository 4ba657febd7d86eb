/** Owns the chain of resolvers: one after the other is asked until one says who somebody is. */
import type { Profile } from "../../bitbucket/profile/profile.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import { signinErrors } from "../errors.ts";
import { askBuiltIn } from "./built-in.ts";
import type { ResolverChoice } from "./choice.ts";
import { type Attempt, type Outcome, tellAttempt } from "./outcome.ts";
import { askOwn } from "./own.ts";

export interface Resolution {
  /** `user:default/john`; null where the chain lets in whoever comes. */
  readonly entityRef: string | null;
  readonly attempts: readonly Attempt[];
}

/**
 * Asks one resolver after the other until one finds a user; whatever one misses for, the next is asked. Throws
 * `signin.no_entity` when none is left or a function refuses, `signin.several_entities` as soon as one finds several, `signin.resolver_failed` when a
 * function breaks: all tell every attempt in their detail, and nothing of it in what people see.
 */
export async function resolveEntity(
  catalog: Catalog,
  choices: readonly ResolverChoice[],
  profile: Profile,
): Promise<Resolution> {
  const attempts: Attempt[] = [];
  for (const choice of choices) {
    const outcome = await ask(choice, { profile, catalog });
    attempts.push(...outcome.attempts);
    if (outcome.kind === "found") return { entityRef: outcome.entityRef, attempts };
    if (outcome.kind === "refused") break;
    if (outcome.kind === "failed")
      throw signinErrors.fail("signin.resolver_failed", {
        detail: tell(profile, attempts),
        cause: outcome.cause,
      });
    if (outcome.kind === "several")
      throw signinErrors.fail("signin.several_entities", { detail: tell(profile, attempts) });
  }
  throw signinErrors.fail("signin.no_entity", { detail: tell(profile, attempts) });
}

async function ask(
  choice: ResolverChoice,
  asked: { readonly profile: Profile; readonly catalog: Catalog },
): Promise<Outcome> {
  const { resolver } = choice;
  return typeof resolver === "function" ? askOwn(resolver, asked) : askBuiltIn(resolver, choice, asked);
}

/** One line for the log, by which an operator finds the person and what the catalog would have to say. */
function tell({ instance, id, displayName }: Profile, attempts: readonly Attempt[]): string {
  return `${displayName ?? "somebody"} (${instance} ${id}); ${attempts.map(tellAttempt).join("; ")}`;
}
