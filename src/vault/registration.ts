/** Owns judging whether a refusal is the connection's or the registration's: Cloud says the same of both. */
import type { Clock } from "../base/clock.ts";
import type { Fetch } from "../base/http/door.ts";
import type { Instance } from "../bitbucket/instance.ts";
import { isRegistrationTaken } from "../bitbucket/oauth2/registration.ts";
import type { Database } from "../storage/database.ts";
import { isAnyRenewedSince } from "../storage/tables/connection-secrets.ts";

/** What Bitbucket thinks of key and secret: told by how it refuses a made-up code. */
export type Standing = "taken" | "refused" | "unknown";

export interface RegistrationJudge {
  /**
   * Asked at Bitbucket once a minute at most. A "refused" counts only when no connection of the registration was renewed
   * since `since`; an answer that says neither is not remembered.
   */
  standing(instance: Instance, since: Date): Promise<Standing>;
}

const memoryMilliseconds = 60_000;

export function createRegistrationJudge(parts: {
  readonly database: Database;
  readonly clock: Clock;
  readonly fetch: Fetch;
}): RegistrationJudge {
  const { database, clock } = parts;
  const asked = new Map<string, { readonly at: number; readonly taken: Promise<boolean | null> }>();
  const ask = async (instance: Exclude<Instance, { product: "server" }>) => {
    const now = clock.now().getTime();
    const known = asked.get(instance.id);
    if (known !== undefined && Math.abs(now - known.at) < memoryMilliseconds) return known.taken;
    const taken = isRegistrationTaken({ ...parts, instance });
    asked.set(instance.id, { at: now, taken });
    if ((await taken) === null) asked.delete(instance.id);
    return taken;
  };
  return {
    async standing(instance, since) {
      if (instance.product === "server") return "taken";
      const taken = await ask(instance);
      if (taken === null) return "unknown";
      if (taken || (await isAnyRenewedSince(database.kysely, instance.id, since.toISOString())))
        return "taken";
      return "refused";
    },
  };
}
