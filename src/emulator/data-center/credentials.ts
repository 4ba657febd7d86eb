/** Owns where a Data Center's credentials meet the rest: their routes, their seed, and what the emulator tells of them. */
import { Hono } from "hono";
import type { DcEnv } from "./caller.ts";
import type { DataCenterContext } from "./context.ts";
import type { DataCenterWorld } from "./world.ts";

/** What the emulator tells of the links and tokens that are there. */
export interface DcCredentials {
  readonly clients: readonly {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly redirectUrl: string;
    readonly scopes: readonly string[];
  }[];
  readonly consumers: readonly {
    readonly key: string;
    readonly name: string;
    readonly publicKey: string;
    /** Only of the seeded one, so that a test can sign as it. */
    readonly privateKey: string | null;
    readonly callbackUrl: string;
  }[];
  /** Whose: one of `person` (its name), `project` (its key) and `repository` (`KEY/slug`). */
  readonly tokens: readonly {
    readonly person?: string;
    readonly project?: string;
    readonly repository?: string;
    readonly token: string;
    readonly permissions: readonly string[];
  }[];
}

/** Everything that is not `/rest/api`: OAuth, tokens, login and settings pages. Paths are below the context path. */
export function credentialRoutes(_context: DataCenterContext): Hono<DcEnv> {
  return new Hono<DcEnv>({ strict: false });
}

/** Registers the links and tokens there are from the beginning. `redirectUrl` is the app's callback. */
export async function seedCredentials(
  _world: DataCenterWorld,
  _seed: { readonly redirectUrl: string; readonly hasOAuth2: boolean; readonly now: Date },
): Promise<void> {}

export function describeCredentials(_world: DataCenterWorld): DcCredentials {
  return { clients: [], consumers: [], tokens: [] };
}
