/** Owns the way there: remembers what was begun, by whom and in which browser, and says where to go. */
import type { Clock } from "../base/clock.ts";
import { pkceChallenge, sha256 } from "../base/digest.ts";
import type { Fetch } from "../base/http/door.ts";
import type { FindInstance, Instance } from "../bitbucket/instance.ts";
import { beginTrip } from "../bitbucket/trip.ts";
import type { Keyrings } from "../sealing/keyrings.ts";
import type { Database } from "../storage/database.ts";
import type { BegunTrips } from "./begun.ts";
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
  /** Whether the token was made just now: nothing else can have been begun with it. */
  readonly isNewBrowser?: boolean | undefined;
  /** Whoever begins to connect or to link has to be the one who comes back. */
  readonly userId?: string | undefined;
  readonly projectId?: string | undefined;
  /** The connection to be renewed; none for a new one. */
  readonly connectionId?: string | undefined;
}

const lifeSeconds = 600;

/**
 * What makes a trip's PKCE verifier, together with a key of the server: who reads the database has neither, and who reads the
 * address the browser is sent to lacks the key.
 */
export function verifierParts(state: string, browserToken: string): readonly string[] {
  return ["handshake verifier", state, browserToken];
}

/**
 * Begins a trip and gives the address to send the browser to. It can come back once, within ten minutes.
 * Throws `handshake.other_user` for a connection nobody asks for, what `instances` throws, and of an instance with OAuth 1.0a
 * what it says to the request for a token, and `handshake.repeated` for one it gave before.
 */
export async function beginHandshake(
  parts: HandshakeParts & { readonly trips: BegunTrips },
  start: HandshakeStart,
): Promise<{ location: string }> {
  const { clock, trips } = parts;
  const instance = await parts.instances(start.instanceId);
  if (start.purpose !== "sign-in" && start.userId === undefined)
    throw handshakeErrors.fail("handshake.other_user");
  const redirectUri = parts.redirectUri(instance);
  const scopes = start.scopes ?? instance.scopes;
  const keyring = await parts.keyrings.of(null);
  const challengeOf = async (state: string) =>
    pkceChallenge(await keyring.derive(keyring.keyId, verifierParts(state, start.browserToken)));
  const { location, state } = await beginTrip({ ...parts, instance }, { redirectUri, scopes, challengeOf });
  const now = clock.now();
  const row = {
    state_hash: sha256(state.reveal()),
    instance_id: instance.id,
    purpose: start.purpose,
    browser_hash: sha256(start.browserToken),
    user_id: start.userId ?? null,
    project_id: start.projectId ?? null,
    connection_id: start.connectionId ?? null,
    return_to: checkReturnAddress(parts.baseUrl, start.returnTo),
    redirect_uri: redirectUri,
    scopes: JSON.stringify(scopes),
    data_key_id: keyring.keyId,
    created_at: now.toISOString(),
    expires_at: new Date(now.getTime() + lifeSeconds * 1000).toISOString(),
  };
  if (!(await trips.add(row, start))) throw handshakeErrors.fail("handshake.repeated");
  return { location };
}
