/** Owns what a configuration says of an instance: whether its people may sign in, and who decides which user they are. */
import type { Catalog } from "../catalog/catalog.ts";
import type { ResolverName } from "./resolvers.ts";

export type SigninPolicy =
  /** Whoever comes first is made a user. */
  | { readonly kind: "first-sign-in" }
  /** A user of the catalog, found by the first of these that finds one. */
  | { readonly kind: "resolvers"; readonly resolvers: readonly ResolverName[] }
  /** Nobody signs in here: no resolver is configured. */
  | { readonly kind: "nobody" };

/** Who may sign in with which instance. */
export interface Admission {
  policy(instanceId: string): SigninPolicy;
  /** The catalog as it is now. */
  catalog(): Promise<Catalog>;
}
