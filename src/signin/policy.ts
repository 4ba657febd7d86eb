/** Owns what a configuration says of an instance: whether its people may sign in, and who decides which user they are. */
import type { Catalog } from "../catalog/catalog.ts";
import type { RecheckSpan } from "./recheck/span.ts";
import type { ResolverChoice } from "./resolvers/choice.ts";
import type { Rule } from "./rules/rule.ts";

export type SigninPolicy =
  /** Whoever comes first is made a user. */
  | { readonly kind: "first-sign-in" }
  /** Whoever one of the instance's rules lets in is made a user. */
  | { readonly kind: "rules" }
  /** A user of the catalog, found by the first of these that finds one. */
  | { readonly kind: "resolvers"; readonly resolvers: readonly ResolverChoice[] }
  /** Nobody signs in here: neither resolver nor rule is configured. */
  | { readonly kind: "nobody" };

/** Who may sign in with which instance. */
export interface Admission {
  policy(instanceId: string): SigninPolicy;
  /** The catalog as it is now. */
  catalog(): Promise<Catalog>;
}

/** Whom the instances let in, and how often that is asked. */
export interface Ruling {
  /** Whom an instance lets in, whatever the policy; none: everybody the policy makes a user. */
  rules(instanceId: string): readonly Rule[];
  /** How often its rules are asked again; null: never. */
  recheck(instanceId: string): RecheckSpan | null;
}
