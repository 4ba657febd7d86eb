/** Owns the resolvers: each looks a profile up in the catalog in its own way; a chain of them says who somebody is. */
import type { Profile } from "../bitbucket/profile/profile.ts";
import { type Annotation, annotations } from "../catalog/annotations.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { signinErrors } from "./errors.ts";

interface Resolver {
  /** The annotation that is compared … */
  readonly annotation: Annotation;
  /** … with what the profile says; null when it says nothing. */
  readonly value: (profile: Profile) => string | null;
}

/** By the names they have in Backstage. @see "Sign-in Identities and Resolvers" and "Bitbucket Authentication Provider" of Backstage */
const resolvers = {
  usernameMatchingUserEntityAnnotation: {
    annotation: annotations.username,
    value: ({ username }) => username,
  },
  userIdMatchingUserEntityAnnotation: { annotation: annotations.userId, value: ({ id }) => id },
} as const satisfies Readonly<Record<string, Resolver>>;

export type ResolverName = keyof typeof resolvers;

/** Every resolver that can be configured. */
export const resolverNames = Object.keys(resolvers) as readonly ResolverName[]; // `keys` of a literal are its keys

/** What one resolver looked for and what came of it. For the operator alone: it names annotations. */
export interface Attempt {
  readonly resolver: ResolverName;
  readonly annotation: Annotation;
  readonly value: string | null;
  readonly outcome: string;
}

export interface Resolution {
  /** `user:default/john` */
  readonly entityRef: string;
  readonly attempts: readonly Attempt[];
}

/**
 * Asks one resolver after the other until one finds a user; whatever one misses for, the next is asked. Throws
 * `signin.no_entity` when none is left, `signin.several_entities` as soon as one finds several: both tell every attempt in
 * their detail, and nothing of it in what people see.
 */
export function resolveEntity(
  catalog: Pick<Catalog, "find">,
  names: readonly ResolverName[],
  profile: Profile,
): Resolution {
  const attempts: Attempt[] = [];
  for (const name of names) {
    const { annotation } = resolvers[name];
    const value = resolvers[name].value(profile);
    const attempt = (outcome: string) => attempts.push({ resolver: name, annotation, value, outcome });
    if (value === null) {
      attempt("the profile has no such value");
      continue;
    }
    const match = catalog.find(annotation, value);
    if (match.kind === "none") {
      attempt(
        match.near.length === 0 ? "no user has it" : `no user has it, but one has ${match.near.join(", ")}`,
      );
      continue;
    }
    attempt(match.kind === "one" ? `is ${match.ref}` : `several users have it: ${match.refs.join(", ")}`);
    if (match.kind === "one") return { entityRef: match.ref, attempts };
    throw signinErrors.fail("signin.several_entities", { detail: tell(profile, attempts) });
  }
  throw signinErrors.fail("signin.no_entity", { detail: tell(profile, attempts) });
}

/** One line for the log, by which an operator finds the person and what the catalog would have to say. */
function tell({ instance, id, displayName }: Profile, attempts: readonly Attempt[]): string {
  const tried = attempts.map(
    ({ resolver, annotation, value, outcome }) =>
      `${resolver} looked for ${annotation}: ${value === null ? "(nothing)" : JSON.stringify(value)}: ${outcome}`,
  );
  return `${displayName ?? "somebody"} (${instance} ${id}); ${tried.join("; ")}`;
}
