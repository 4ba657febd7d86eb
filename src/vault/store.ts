/** Owns the tokens at rest: reading them, and the few ways in which they change, each fenced by the version. */
import type { Secret } from "../base/secret.ts";
import {
  changeLease,
  findSecrets,
  findSecretsVersion,
  noteOwnerChecked,
} from "../storage/tables/connection-secrets.ts";
import { findConnection } from "../storage/tables/connections.ts";
import { vaultErrors } from "./errors.ts";
import { foundAgain, orLost } from "./lost-key.ts";
import {
  beginRemoval,
  type Claim,
  claim,
  disconnecting,
  type GivenUp,
  giveUp,
  type HeldTokens,
  leaseOf,
  type Move,
  moveTo,
  type Postponed,
  postpone,
  put,
  type Removal,
  type Renewed,
  remove,
  type StoreParts,
  save,
} from "./saving.ts";
import {
  contextOf,
  openAccessToken,
  openFormerToken,
  openRefreshToken,
  readRow,
  type SeenTokens,
  type StoredTokens,
  type Tokens,
  type Way,
} from "./stored.ts";

export interface TokenStore {
  /** Throws `vault.disconnected` when nothing is kept. */
  look(connectionId: string): Promise<Look>;
  /** As {@link look}, opened. Throws `sealing.…` too. */
  load(connectionId: string): Promise<StoredTokens>;
  refreshToken(stored: StoredTokens): Promise<Secret | null>;
  /** The refresh token before it, while Bitbucket may still take that. */
  formerToken(stored: StoredTokens): Promise<Secret | null>;
  /** Keeps tokens, and the way when given, in place of whatever lies there; the connection becomes active. Throws `vault.disconnected`. */
  put(connectionId: string, tokens: Tokens & Pick<Renewed, "keepAliveAt">, way?: Way): Promise<void>;
  /**
   * Makes sure that what Bitbucket will answer can be sealed and recorded, and gives the refresh token to ask with.
   * Throws `sealing.…` and what the database throws.
   */
  prepare(stored: StoredTokens): Promise<Secret | null>;
  /** Nothing was begun, and is not before then. Nothing is written when somebody else was at it meanwhile. */
  postpone(stored: StoredTokens, postponed: Postponed): Promise<void>;
  /** Takes the lease, and notes the intent of who asks, over exactly what was loaded; null when anything changed since. */
  claim(stored: StoredTokens, claim: Claim): Promise<HeldTokens | null>;
  /** False when the lease is another's by now. */
  extend(held: HeldTokens, until: Date): Promise<boolean>;
  /** Saves over exactly the version that was loaded, and ends the lease. Null, with nothing written, when there is a newer one or none. */
  save(held: HeldTokens, renewed: Renewed): Promise<StoredTokens | null>;
  /** Ends the lease with nothing renewed. False when it was another's already, or newer tokens lie there: nothing is blamed then. */
  giveUp(held: HeldTokens, outcome: GivenUp): Promise<boolean>;
  /** Moves the connection while `stored` is still what lies there, and nobody wishes it to end; false otherwise. */
  move(stored: StoredTokens, to: Move): Promise<boolean>;
  /** The tokens are their owner's, or nobody can tell. */
  noteOwner(stored: StoredTokens): Promise<StoredTokens>;
  /** Whether nothing is kept any more. */
  isGone(connectionId: string): Promise<boolean>;
  /** The wish that nothing be kept: from here on the connection hands out nothing. */
  beginRemoval(connectionId: string, actor: string): Promise<void>;
  /**
   * Nothing is left in the table, and the connection is disconnected. False, with nothing written, when there are other tokens
   * than those of the version; a new grant ends the wish and stays.
   */
  remove(connectionId: string, removal: Removal): Promise<boolean>;
}

/** A row that was read, and the opening of its access token, which has begun. */
export interface Look {
  readonly seen: SeenTokens;
  /** Rejects with `sealing.…` when it does not open; a rejection nobody waits for is no error. */
  readonly opening: Promise<StoredTokens>;
}

export function createTokenStore(parts: StoreParts): TokenStore {
  const { database, clock, audit, keyrings } = parts;
  const opened = rememberOpened();
  const keyringOf = (stored: StoredTokens) => keyrings.of(stored.projectId);
  const open = async (seen: SeenTokens): Promise<StoredTokens> => {
    const known = opened.find(seen.connectionId, seen.version);
    const opening = async () => openAccessToken(seen, await keyrings.of(seen.projectId));
    const accessToken = known ?? (await orLost(parts, seen, opening()));
    return opened.remember({ ...(await foundAgain(parts, seen)), accessToken });
  };
  const look = async (connectionId: string): Promise<Look> => {
    const row = await findSecrets(database.kysely, connectionId);
    if (row === undefined) throw vaultErrors.fail("vault.disconnected", { data: { connectionId } });
    const seen = readRow(row);
    const opening = open(seen);
    opening.catch(() => {});
    return { seen, opening };
  };
  return {
    look,
    load: async (connectionId) => (await look(connectionId)).opening,
    refreshToken: async (stored) => openRefreshToken(stored, await keyringOf(stored)),
    formerToken: async (stored) => openFormerToken(stored, await keyringOf(stored), clock.now()),
    async put(connectionId, tokens, way) {
      opened.forget(connectionId);
      await put(parts, connectionId, { tokens, way });
    },
    async prepare(stored) {
      const keyring = await keyringOf(stored);
      await keyring.seal(contextOf(stored, "access"), "a trial");
      await audit.prepare();
      return orLost(parts, stored, openRefreshToken(stored, keyring));
    },
    postpone: (stored, postponed) => postpone(parts, stored, postponed),
    claim: (stored, wanted) => claim(parts, stored, wanted),
    extend: (held, until) =>
      changeLease(database.kysely, leaseOf(held), { lease_expires_at: until.toISOString() }),
    async save(held, renewed) {
      const row = await save(parts, held, renewed);
      if (row === null) return null;
      return opened.remember({ ...readRow(row), accessToken: renewed.accessToken });
    },
    giveUp: (held, outcome) => giveUp(parts, held, outcome),
    move: (stored, to) =>
      audit.transaction(async (transaction, record) => {
        const { connectionId, version } = stored;
        if ((await findSecretsVersion(transaction, connectionId)) !== version) return false;
        if ((await findConnection(transaction, connectionId))?.state === disconnecting.state) return false;
        await moveTo({ transaction, record, clock }, stored, to);
        return true;
      }, stored.connectionId),
    async noteOwner(stored) {
      // What the machine's end undoes of it is asked once more.
      await database.hurried((db) => noteOwnerChecked(db, stored.row));
      return { ...stored, row: { ...stored.row, owner_unchecked: 0 } };
    },
    isGone: async (connectionId) => (await findSecretsVersion(database.kysely, connectionId)) === undefined,
    beginRemoval: (connectionId, actor) => beginRemoval(parts, connectionId, actor),
    async remove(connectionId, removal) {
      opened.forget(connectionId);
      return remove(parts, connectionId, removal);
    },
  };
}

/** Opening takes longer than reading a row ten times over; so many access tokens stay opened in memory. */
const mostOpened = 10_000;

function rememberOpened() {
  const opened = new Map<string, { readonly version: number; readonly accessToken: Secret }>();
  return {
    find(connectionId: string, version: number): Secret | undefined {
      const known = opened.get(connectionId);
      return known?.version === version ? known.accessToken : undefined;
    },
    remember(tokens: StoredTokens): StoredTokens {
      const { connectionId, version, accessToken } = tokens;
      opened.delete(connectionId);
      opened.set(connectionId, { version, accessToken });
      const oldest = opened.size > mostOpened ? opened.keys().next().value : undefined;
      if (oldest !== undefined) opened.delete(oldest);
      return tokens;
    },
    forget: (connectionId: string) => void opened.delete(connectionId),
  };
}
