/** Owns the way there: remembers what was begun, by whom and in which browser, and says where to go. */
import type { Clock } from "../base/clock.ts";
import { sha256 } from "../base/digest.ts";
import type { Fetch } from "../base/http/door.ts";
import type { FindInstance, Instance } from "../bitbucket/instance.ts";
import { beginTrip } from "../bitbucket/trip.ts";
import type { Keyrings } from "../sealing/keyrings.ts";
import type { Database } from "../storage/database.ts";
import {
  deleteExpiredHandshakes,
  evictHandshakes,
  findHandshake,
  insertHandshake,
} from "../storage/tables/handshakes.ts";
import { handshakeErrors } from "./errors.ts";
import { checkReturnAddress } from "./return-address.ts";

/** What a trip is for. */
export type Purpose = "sign-in" | "connect" | "link";

export interface HandshakeParts {
  readonly database: Database;
  readonly keyrings: Keyrings;
  readonly clock: Clock;
  readonly instances: FindInstance;
  readonly fetch: Fetch;
  /** The address people see, without a path: return addresses lie below it. */
  readonly baseUrl: string;
  /** Where an instance sends people back to: made from the configuration alone, never from a request. */
  readonly redirectUri: (instance: Instance) => string;
}

export interface HandshakeStart {
  readonly instanceId: string;
  readonly purpose: Purpose;
  /** Where the person wants to be afterwards; anything but a path of ours becomes `/`. */
  readonly returnTo: unknown;
  /** Instead of the instance's. */
  readonly scopes?: readonly string[] | undefined;
  /** The browser cookie's value: who comes back has to bring it along. */
  readonly browserToken: string;
  /** Whoever begins to connect or to link has to be the one who comes back. */
  readonly userId?: string | undefined;
  readonly projectId?: string | undefined;
  /** The connection to be renewed; none for a new one. */
  readonly connectionId?: string | undefined;
}

const lifeSeconds = 600;

/** Tabs a browser may have open on the way; the oldest is forgotten. */
const mostPerBrowser = 10;

/** What the sealed verifier is bound to. */
export function verifierContext(stateHash: string) {
  return { purpose: "handshake", field: "verifier", state: stateHash };
}

/**
 * Begins a trip and gives the address to send the browser to. It can come back once, within ten minutes.
 * Throws `handshake.other_user` for a connection nobody asks for, what `instances` throws, and of an instance with OAuth 1.0a
 * what it says to the request for a token, and `handshake.repeated` for one it gave before.
 */
export async function beginHandshake(
  parts: HandshakeParts,
  start: HandshakeStart,
): Promise<{ location: string }> {
  const { database, clock, baseUrl } = parts;
  const instance = await parts.instances(start.instanceId);
  if (start.purpose !== "sign-in" && start.userId === undefined)
    throw handshakeErrors.fail("handshake.other_user");
  const redirectUri = parts.redirectUri(instance);
  const scopes = start.scopes ?? instance.scopes;
  const { location, state, verifier } = await beginTrip({ ...parts, instance }, { redirectUri, scopes });
  const [stateHash, browserHash, now] = [sha256(state.reveal()), sha256(start.browserToken), clock.now()];
  const keyring = await parts.keyrings.of(null);
  const row = {
    state_hash: stateHash,
    instance_id: instance.id,
    purpose: start.purpose,
    browser_hash: browserHash,
    user_id: start.userId ?? null,
    project_id: start.projectId ?? null,
    connection_id: start.connectionId ?? null,
    return_to: checkReturnAddress(baseUrl, start.returnTo),
    redirect_uri: redirectUri,
    scopes: JSON.stringify(scopes),
    sealed_verifier: await keyring.seal(verifierContext(stateHash), verifier.reveal()),
    data_key_id: keyring.keyId,
    created_at: now.toISOString(),
    expires_at: new Date(now.getTime() + lifeSeconds * 1000).toISOString(),
  };
  await database.transaction(async (transaction) => {
    await deleteExpiredHandshakes(transaction, now);
    await evictHandshakes(transaction, browserHash, mostPerBrowser - 1);
    if ((await findHandshake(transaction, stateHash)) !== undefined)
      throw handshakeErrors.fail("handshake.repeated");
    await insertHandshake(transaction, row);
  });
  return { location };
}
