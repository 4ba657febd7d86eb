/** Owns making sure that renewed access is still the same person's. */
import type { Clock } from "../base/clock.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Fetch } from "../base/http/door.ts";
import type { Log } from "../base/log.ts";
import { createApi } from "../bitbucket/api/client.ts";
import { authorizeAs } from "../bitbucket/credential.ts";
import { openHost } from "../bitbucket/host/open.ts";
import type { Instance } from "../bitbucket/instance.ts";
import { vaultErrors } from "./errors.ts";
import type { TokenStore } from "./store.ts";
import type { StoredTokens } from "./stored.ts";

/** Gives the tokens back when they are their owner's, or when Bitbucket does not say. Throws `vault.other_person` after suspending the connection. */
export type OwnerCheck = (instance: Instance, renewed: StoredTokens) => Promise<StoredTokens>;

export function createOwnerCheck(parts: {
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly log: Log;
}): OwnerCheck {
  const { store, clock, fetch, log } = parts;
  return async (instance, renewed) => {
    const { connectionId, subject, kind } = renewed;
    if (subject === null || kind !== "oauth2") return renewed;
    const authorize = authorizeAs({ instance, clock }, renewed);
    const account = await openHost(instance, createApi({ instance, fetch, clock, authorize }))
      .account()
      .catch((error: unknown) => {
        // A token that may not ask who it is, or a Bitbucket that does not answer now, says nothing against it.
        const code = isWindlassError(error) ? error.code : "unexpected";
        log.info("vault.owner_unknown", { connectionId, code });
        return null;
      });
    if (account === null || account.subject === null || account.subject === subject) return renewed;
    await suspend(store, renewed);
    log.error("vault.other_person", { connectionId });
    throw vaultErrors.fail("vault.other_person", { data: { connectionId } });
  };
}

const mostAttempts = 20;

/** Tried again and again: until it is written, others are handed what is not theirs. */
async function suspend(store: TokenStore, renewed: StoredTokens): Promise<void> {
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const moved = await store.move(renewed, { state: "suspended", reason: "vault.other_person" }).then(
      () => true,
      () => false,
    );
    if (moved) return;
    await new Promise((resolve) => setTimeout(resolve, 50 * attempt));
  }
}
