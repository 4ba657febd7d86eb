/** Owns the way back: parse, take what was begun, judge Bitbucket's answer, exchange; in this order, each once. */
import { equalSecrets, sha256 } from "../base/digest.ts";
import { isWindlassError, WindlassError } from "../base/errors.ts";
import type { Instance } from "../bitbucket/instance.ts";
import type { TokenSet } from "../bitbucket/oauth2/token.ts";
import { endTrip, readTripState, type TripEnd } from "../bitbucket/trip.ts";
import type { HandshakesTable } from "../storage/schema.ts";
import { type HandshakeParts, type Purpose, verifierParts } from "./begin.ts";
import type { BegunTrips } from "./begun.ts";
import { handshakeErrors } from "./errors.ts";
import { checkReturnAddress } from "./return-address.ts";

export interface HandshakeReturn {
  /** From the callback's path. */
  readonly instanceId: string;
  /** The whole address the browser came back to. */
  readonly callback: URL;
  /** The browser cookie's value; null when it has none. */
  readonly browserToken: string | null;
  /** Who is signed in in this browser now. */
  readonly userId?: string | undefined;
}

export interface HandshakeResult {
  readonly purpose: Purpose;
  readonly instanceId: string;
  /** The kind of credential the tokens are. */
  readonly kind: TripEnd["kind"];
  readonly tokens: TokenSet;
  /** A path of our own, checked again. */
  readonly returnTo: string;
  readonly userId: string | null;
  readonly projectId: string | null;
  readonly connectionId: string | null;
}

/**
 * Ends a trip. Whoever comes with another browser, instance or user is refused before anything is consumed or called, so
 * that the trip they took the state from still works; of two arrivals with one state, one gets through.
 * A `bitbucket.…` failure carries `returnTo`, `purpose` and `projectId` in its data.
 * Throws `handshake.…`, what `instances` throws, and what `endTrip` throws.
 */
export async function completeHandshake(
  parts: HandshakeParts & { readonly trips: BegunTrips },
  arrival: HandshakeReturn,
): Promise<HandshakeResult> {
  const { trips } = parts;
  const instance = await parts.instances(arrival.instanceId);
  const state = readTripState(instance, arrival.callback);
  const now = parts.clock.now().toISOString();
  const row = await takeTrip(trips, { ...arrival, state, now });
  const result = {
    // Written by `beginHandshake` from a Purpose.
    purpose: row.purpose as Purpose,
    instanceId: row.instance_id,
    returnTo: checkReturnAddress(parts.baseUrl, row.return_to),
    userId: row.user_id,
    projectId: row.project_id,
    connectionId: row.connection_id,
  };
  try {
    return { ...result, ...(await end(parts, row, { ...arrival, instance, state })) };
  } catch (error) {
    throw withWayBack(error, result);
  }
}

interface Arriving extends HandshakeReturn {
  readonly state: string;
  readonly now: string;
}

/** Who did not begin it does not end it (RFC 9700 sections 4.4.2 and 4.7.1), nor does anybody too late. */
async function takeTrip(trips: BegunTrips, arriving: Arriving): Promise<HandshakesTable> {
  const { state, now, instanceId, browserToken, userId } = arriving;
  const stateHash = sha256(state);
  const taken = await trips.take({
    state_hash: stateHash,
    // Nothing is begun without a token.
    browser_hash: sha256(browserToken ?? ""),
    instance_id: instanceId,
    user_id: userId ?? null,
    now,
  });
  if (taken === undefined) throw handshakeErrors.fail(whyNot(await trips.find(stateHash), arriving));
  return taken;
}

/** What keeps an arrival from ending what lies there. */
function whyNot(row: HandshakesTable | undefined, { instanceId, browserToken, userId, now }: Arriving) {
  if (row === undefined) return "handshake.unknown";
  if (browserToken === null || !equalSecrets(row.browser_hash, sha256(browserToken)))
    return "handshake.other_browser";
  if (row.instance_id !== instanceId) return "handshake.other_instance";
  if (row.user_id !== null && row.user_id !== userId) return "handshake.other_user";
  return now >= row.expires_at || now < row.created_at ? "handshake.expired" : "handshake.unknown";
}

async function end(
  { keyrings, fetch, clock }: HandshakeParts,
  row: HandshakesTable,
  { instance, callback, state, browserToken }: HandshakeReturn & { instance: Instance; state: string },
): Promise<TripEnd> {
  const keyring = await keyrings.of(null);
  // Whoever came without one was refused.
  const verifierOf = () => keyring.derive(row.data_key_id, verifierParts(state, browserToken ?? ""));
  const trip = { callback, state, verifierOf, redirectUri: row.redirect_uri };
  const { kind, tokens } = await endTrip({ instance, fetch, clock }, trip);
  // RFC 6749 section 5.1: an answer that names no scope grants those that were asked for. `beginHandshake` wrote them.
  const scopes = tokens.scopes.length > 0 ? tokens.scopes : (JSON.parse(row.scopes) as string[]);
  return { kind, tokens: { ...tokens, scopes } };
}

/** The same failure, with where the person came from, so that a page can lead back there. */
function withWayBack(
  error: unknown,
  { returnTo, purpose, projectId }: Omit<HandshakeResult, "tokens" | "kind">,
): unknown {
  if (!isWindlassError(error)) return error;
  const { code, reaction, message, cure, detail, retryAfterSeconds } = error;
  return new WindlassError(
    code,
    { reaction, message, cure },
    {
      data: { ...error.data, returnTo, purpose, projectId },
      cause: error,
      ...(detail === undefined ? {} : { detail }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    },
  );
}
