/**
 * Owns making sure that renewed access is still the same person's. That nobody has asked yet stands beside the tokens, so that
 * whoever finds them after a crash asks.
 */
import type { Clock } from "../base/clock.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Fetch } from "../base/http/door.ts";
import type { Log } from "../base/log.ts";
import { createApi } from "../bitbucket/api/client.ts";
import { authorizeAs } from "../bitbucket/credential.ts";
import { openHost } from "../bitbucket/host/open.ts";
import type { FindInstance } from "../bitbucket/instance.ts";
import { atMost } from "./at-most.ts";
import { vaultErrors } from "./errors.ts";
import { isGood } from "./need.ts";
import type { TokenStore } from "./store.ts";
import type { SeenTokens, StoredTokens } from "./stored.ts";
import type { Watch } from "./watch.ts";

/**
 * Gives the tokens back when they are their owner's, or when Bitbucket does not say. Throws `vault.other_person` after
 * suspending the connection.
 */
export interface OwnerCheck {
  /** Of tokens this process has just saved. */
  ofRenewed(renewed: StoredTokens): Promise<StoredTokens>;
  /** Of tokens as they lie there: asks only when nobody has, after whoever renewed them had the time to. */
  ofStored(stored: StoredTokens): Promise<StoredTokens>;
}

/** Whether nobody has made sure yet whose they are. */
export function isUnchecked({ row }: Pick<SeenTokens, "row">): boolean {
  return row.owner_unchecked !== 0;
}

interface OwnerCheckParts {
  readonly store: TokenStore;
  readonly watch: Watch;
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly instances: FindInstance;
  readonly log: Log;
}

/** So many questions a process has under way. */
const mostAtOnce = 16;

/** Connections whose owner Bitbucket did not tell when it was asked; it is asked again after the next renewal. */
const mostUntold = 10_000;

export function createOwnerCheck(parts: OwnerCheckParts): OwnerCheck {
  const { store, clock } = parts;
  const untold = new Map<string, number>();
  const limit = atMost(mostAtOnce);
  const ask = async (tokens: StoredTokens): Promise<StoredTokens> => {
    const { connectionId, version } = tokens;
    const owner = await limit(() => ownerOf(parts, tokens));
    if (owner === "other") throw await suspended(parts, tokens);
    // Where that cannot be noted, the next one asks once more.
    if (owner === "same") return store.noteOwner(tokens).catch(() => tokens);
    untold.delete(connectionId);
    untold.set(connectionId, version);
    const oldest = untold.size > mostUntold ? untold.keys().next().value : undefined;
    if (oldest !== undefined) untold.delete(oldest);
    return tokens;
  };
  const asking = oneForAll(ask);
  const findOut = oneForAll(async (stored) => {
    const later = await afterOthers(parts, stored);
    if (later === null) return asking.join(stored);
    return later.version === stored.version ? later : ofStored(later);
  });
  const isDue = (stored: StoredTokens) =>
    isUnchecked(stored) &&
    untold.get(stored.connectionId) !== stored.version &&
    isGood(stored, clock.now().getTime());
  const ofStored = async (stored: StoredTokens): Promise<StoredTokens> => {
    if (!isDue(stored)) return stored;
    return asking.underWay(stored) ?? findOut.join(stored);
  };
  return {
    ofStored,
    ofRenewed: async (renewed) => (isUnchecked(renewed) ? asking.join(renewed) : renewed),
  };
}

/** Whoever comes with the same tokens while one is at it waits for that one. */
function oneForAll(work: (tokens: StoredTokens) => Promise<StoredTokens>) {
  const running = new Map<string, Promise<StoredTokens>>();
  const place = ({ connectionId, version }: StoredTokens) => `${connectionId} ${version}`;
  const underWay = (tokens: StoredTokens) => running.get(place(tokens));
  return {
    underWay,
    join(tokens: StoredTokens): Promise<StoredTokens> {
      const known = underWay(tokens);
      if (known !== undefined) return known;
      const result = work(tokens).finally(() => running.delete(place(tokens)));
      running.set(place(tokens), result);
      return result;
    },
  };
}

const patienceMilliseconds = 1_000;
const freshSeconds = 60;

/** The process that renewed them is asking just now, if it lives: its answer does for all. Null when it gives none. */
async function afterOthers(
  { store, clock, watch }: OwnerCheckParts,
  stored: StoredTokens,
): Promise<StoredTokens | null> {
  if (clock.now().getTime() - stored.updatedAt.getTime() > freshSeconds * 1000) return null;
  const until = performance.now() + patienceMilliseconds;
  for (let { row } = stored; ; ) {
    const isChanged = await watch.forChange(row, until - performance.now());
    const seen = await store.load(stored.connectionId);
    if (seen.version !== stored.version || !isUnchecked(seen) || seen.state === "suspended") return seen;
    if (!isChanged) return null;
    row = seen.row;
  }
}

type Owner = "same" | "other" | "untold";

/** Who cannot be told by a token that may not ask who it is counts as the same. */
async function ownerOf(parts: OwnerCheckParts, tokens: StoredTokens): Promise<Owner> {
  const { clock, fetch, instances, log } = parts;
  const { connectionId, subject, kind, instanceId } = tokens;
  if (subject === null || kind !== "oauth2") return "same";
  try {
    const instance = await instances(instanceId);
    const authorize = authorizeAs({ instance, clock }, tokens);
    const account = await openHost(instance, createApi({ instance, fetch, clock, authorize })).account();
    return account.subject === null || account.subject === subject ? "same" : "other";
  } catch (error) {
    const code = isWindlassError(error) ? error.code : "unexpected";
    log.info("vault.owner_unknown", { connectionId, code });
    // A Bitbucket that does not answer now says nothing against it, and nothing for it.
    return isWindlassError(error, "bitbucket.forbidden") ? "same" : "untold";
  }
}

const mostAttempts = 20;

/** Tried again and again: until it is written, others are handed what is not theirs. */
async function suspended({ store, log }: OwnerCheckParts, tokens: StoredTokens) {
  const { connectionId } = tokens;
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const moved = await store.move(tokens, { state: "suspended", reason: "vault.other_person" }).then(
      () => true,
      () => false,
    );
    if (moved) break;
    await new Promise((resolve) => setTimeout(resolve, 50 * attempt));
  }
  log.error("vault.other_person", { connectionId });
  return vaultErrors.fail("vault.other_person", { data: { connectionId } });
}
