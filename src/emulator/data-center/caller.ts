/** Owns who calls a Data Center: a person by some credential, a project's or repository's token, or nobody. */
import type { EmulatorBindings } from "../core/bindings.ts";
import type { DcScope } from "./scopes.ts";
import type { DcPerson, DcRepository } from "./world.ts";

export type DcCaller =
  | { readonly kind: "anonymous" }
  | {
      readonly kind: "person";
      readonly person: DcPerson;
      readonly credential: "oauth1" | "oauth2" | "http-access-token" | "password" | "session";
      /** As `expandScopes` gives them; null: all the person may. */
      readonly scopes: ReadonlySet<DcScope> | null;
      /** The link's client id or consumer key, for the journal. */
      readonly client?: string;
    }
  | {
      readonly kind: "token";
      /** Where the token belongs; without a repository it is the project's. */
      readonly of: { readonly projectKey: string; readonly repositorySlug: string | null };
      readonly scopes: ReadonlySet<DcScope>;
    };

/** What the routes of a Data Center share. `caller` is set before any of them is asked. */
export interface DcEnv {
  Bindings: Partial<EmulatorBindings>;
  Variables: {
    caller: DcCaller;
    /** Set by `visibleRepository`. */
    repository: DcRepository;
  };
}
