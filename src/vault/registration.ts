/** Owns judging whether a refusal is the connection's or the registration's: Cloud says the same of both. */
import type { Clock } from "../base/clock.ts";
import type { Fetch } from "../base/http/door.ts";
import type { Instance } from "../bitbucket/instance.ts";
import { isRegistrationTaken } from "../bitbucket/oauth2/registration.ts";
import type { Database } from "../storage/database.ts";
import { isAnyRenewedSince } from "../storage/tables/connection-secrets.ts";

export interface RegistrationJudge {
  /**
   * Whether the instance's key and secret are refused. Asked at Bitbucket once a minute at most, with a made-up code; its "no"
   * counts only when no connection of the registration was renewed since `since`. An answer that says neither is no "no".
   */
  isRefused(instance: Instance, since: Date): Promise<boolean>;
}

const memoryMilliseconds = 60_000;

export function createRegistrationJudge(parts: {
  readonly database: Database;
  readonly clock: Clock;
  readonly fetch: Fetch;
}): RegistrationJudge {
  const { database, clock } = parts;
  const asked = new Map<string, { readonly at: number; readonly taken: Promise<boolean | null> }>();
  const ask = (instance: Exclude<Instance, { product: "server" }>) => {
    const now = clock.now().getTime();
    const known = asked.get(instance.id);
    if (known !== undefined && Math.abs(now - known.at) < memoryMilliseconds) return known.taken;
    const taken = isRegistrationTaken({ ...parts, instance });
    asked.set(instance.id, { at: now, taken });
    return taken;
  };
  return {
    async isRefused(instance, since) {
      if (instance.product === "server") return false;
      if ((await ask(instance)) !== false) return false;
      return !(await isAnyRenewedSince(database.kysely, instance.id, since.toISOString()));
    },
  };
}
