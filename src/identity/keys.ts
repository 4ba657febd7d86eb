/** Owns the keys that sign identity tokens: one that signs, the next one published before it does, and former ones until their last token has ended. */
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import type { Audit } from "../audit/audit.ts";
import type { Clock } from "../base/clock.ts";
import { isWindlassError } from "../base/errors.ts";
import { newId } from "../base/random.ts";
import type { SealContext } from "../sealing/keyring.ts";
import type { Keyrings } from "../sealing/keyrings.ts";
import type { Database } from "../storage/database.ts";
import type { IdentityKeysTable } from "../storage/schema.ts";
import {
  deleteIdentityKeys,
  insertIdentityKey,
  listIdentityKeys,
  withdrawIdentityKey,
} from "../storage/tables/identity-keys.ts";
import { identityErrors } from "./errors.ts";

export interface IdentityKeyParts {
  readonly database: Database;
  readonly keyrings: Keyrings;
  readonly clock: Clock;
  readonly audit: Pick<Audit, "transaction">;
  /** How long a key signs. */
  readonly rotateSeconds: number;
}

export interface IdentityKey {
  readonly id: string;
  readonly state: "next" | "signing" | "former" | "withdrawn";
  readonly signsFrom: Date;
  readonly publicJwk: JWK;
}

export interface SigningKey {
  readonly id: string;
  readonly key: CryptoKey;
}

export interface IdentityKeys {
  /** Those that verify: the one that signs, the next and the former ones. */
  list(): Promise<readonly IdentityKey[]>;
  /** The key of today; made where there is none, as is the next one when its time comes near. */
  signing(): Promise<SigningKey>;
  /** Makes the next key now; it signs once everybody has had time to read it. Gives its id. */
  rotate(actor: string): Promise<string>;
  /** Its tokens are worth nothing from now on. Throws `identity.no_key`. */
  withdraw(id: string, actor: string): Promise<void>;
}

export const signatureAlgorithm = "ES256";
/** Verifiers may keep the key set for so long. */
export const keySetSeconds = 300;
/** A key is published so long before it signs. */
const publishedSeconds = 2 * keySetSeconds;
/** The longest a token lives: a former key stays for it. */
export const longestTokenSeconds = 24 * 3_600;
/** What another process did is seen within it. */
const freshMilliseconds = 1_000;

export function keyContext(id: string): SealContext {
  return { purpose: "identity-key", key: id };
}

export function createIdentityKeys(parts: IdentityKeyParts): IdentityKeys {
  const { database, keyrings, clock, audit } = parts;
  const opened = new Map<string, Promise<CryptoKey>>();
  let reading: { readonly at: number; readonly rows: Promise<readonly IdentityKeysTable[]> } | undefined;

  const rowsNow = () => {
    const now = clock.now().getTime();
    if (reading === undefined || Math.abs(now - reading.at) >= freshMilliseconds)
      reading = { at: now, rows: listIdentityKeys(database.kysely) };
    const { rows } = reading;
    rows.catch(() => {
      reading = undefined;
    });
    return rows;
  };
  const changed = () => {
    reading = undefined;
  };
  const make = async (rows: readonly IdentityKeysTable[], signsFrom: Date) => {
    const row = await newKey(keyrings, clock.now(), { signsFrom, number: nextNumber(rows) });
    await audit.transaction(async (db, record) => {
      if (!(await insertIdentityKey(db, row))) return;
      await record({ event: "identity_key.made", actor: "windlass", facts: { key: row.id } });
      await deleteIdentityKeys(db, overBy(rows, clock.now()));
    });
    changed();
    return row.id;
  };
  const open = (row: IdentityKeysTable) => {
    const known = opened.get(row.id) ?? openKey(keyrings, row);
    opened.set(row.id, known);
    known.catch(() => opened.delete(row.id));
    return known;
  };
  return {
    async list() {
      return describe(await rowsNow(), clock.now());
    },
    async signing() {
      for (;;) {
        const rows = await rowsNow();
        const now = clock.now();
        const signer = signerAmong(rows, now);
        if (signer === undefined) await make(rows, now);
        else if (isNextMissing(rows, signer, { now, rotateSeconds: parts.rotateSeconds }))
          await make(rows, nextMoment(signer, now, parts.rotateSeconds));
        else
          try {
            return { id: signer.id, key: await open(signer) };
          } catch (error) {
            // Whoever lost the key that seals it signs with a new one; what it signed is worth nothing without its public half either.
            if (!isLost(error)) throw error;
            await withdrawIdentityKey(database.kysely, signer.id, now.toISOString());
            changed();
          }
      }
    },
    async rotate(actor) {
      const signsFrom = new Date(clock.now().getTime() + publishedSeconds * 1000);
      changed();
      const id = await make(await rowsNow(), signsFrom);
      await audit.transaction((_, record) =>
        record({ event: "identity_key.rotated", actor, facts: { key: id } }),
      );
      return id;
    },
    async withdraw(id, actor) {
      const isDone = await audit.transaction(async (db, record) => {
        if (!(await withdrawIdentityKey(db, id, clock.now().toISOString()))) return false;
        await record({ event: "identity_key.withdrawn", actor, facts: { key: id } });
        return true;
      });
      changed();
      if (!isDone) throw identityErrors.fail("identity.no_key", { detail: id });
    },
  };
}

function nextNumber(rows: readonly IdentityKeysTable[]): number {
  return Math.max(0, ...rows.map(({ number }) => Number(number))) + 1;
}

const usable = (rows: readonly IdentityKeysTable[]) => rows.filter((row) => row.withdrawn_at === null);
const startOf = ({ signs_from: from }: IdentityKeysTable) => Date.parse(from);

/** The last whose time has come; where that was withdrawn, the next, published already. */
function signerAmong(rows: readonly IdentityKeysTable[], now: Date): IdentityKeysTable | undefined {
  const all = usable(rows);
  return all.findLast((row) => startOf(row) <= now.getTime()) ?? all[0];
}

function isNextMissing(
  rows: readonly IdentityKeysTable[],
  signer: IdentityKeysTable,
  { now, rotateSeconds }: { readonly now: Date; readonly rotateSeconds: number },
): boolean {
  if (usable(rows).some((row) => startOf(row) > startOf(signer))) return false;
  return now.getTime() >= startOf(signer) + (rotateSeconds - publishedSeconds) * 1000;
}

function nextMoment(signer: IdentityKeysTable, now: Date, rotateSeconds: number): Date {
  const planned = startOf(signer) + rotateSeconds * 1000;
  return new Date(Math.max(planned, now.getTime() + publishedSeconds * 1000));
}

/** When the last token of a key has ended, counted from the first moment its successor signs; undefined while there is none. */
function endOf(row: IdentityKeysTable, rows: readonly IdentityKeysTable[]): number | undefined {
  const successor = usable(rows).find((other) => startOf(other) > startOf(row));
  return successor === undefined ? undefined : startOf(successor) + longestTokenSeconds * 1000;
}

/** Numbers of keys nothing needs any more; the last number stays. */
function overBy(rows: readonly IdentityKeysTable[], now: Date): readonly number[] {
  const isOver = (row: IdentityKeysTable) => {
    const end = row.withdrawn_at === null ? endOf(row, rows) : Date.parse(row.withdrawn_at);
    return end !== undefined && now.getTime() - end > longestTokenSeconds * 1000;
  };
  const last = nextNumber(rows) - 1;
  return rows.filter((row) => isOver(row) && Number(row.number) !== last).map(({ number }) => Number(number));
}

function describe(rows: readonly IdentityKeysTable[], now: Date): readonly IdentityKey[] {
  const signer = signerAmong(rows, now);
  return rows
    .filter(
      (row) => row.withdrawn_at === null && (endOf(row, rows) ?? Number.POSITIVE_INFINITY) > now.getTime(),
    )
    .map((row) => ({
      id: row.id,
      state: row === signer ? "signing" : startOf(row) > now.getTime() ? "next" : "former",
      signsFrom: new Date(row.signs_from),
      publicJwk: JSON.parse(row.public_jwk) as JWK, // written below
    }));
}

async function newKey(
  keyrings: Keyrings,
  now: Date,
  { signsFrom, number }: { readonly signsFrom: Date; readonly number: number },
): Promise<IdentityKeysTable> {
  const pair = await generateKeyPair(signatureAlgorithm, { extractable: true });
  const id = newId("idk");
  const keyring = await keyrings.of(null);
  const publicJwk = { ...(await exportJWK(pair.publicKey)), kid: id, alg: signatureAlgorithm, use: "sig" };
  return {
    number,
    id,
    public_jwk: JSON.stringify(publicJwk),
    sealed_private_key: await keyring.seal(keyContext(id), JSON.stringify(await exportJWK(pair.privateKey))),
    data_key_id: keyring.keyId,
    made_at: now.toISOString(),
    signs_from: signsFrom.toISOString(),
    withdrawn_at: null,
  };
}

async function openKey(keyrings: Keyrings, row: IdentityKeysTable): Promise<CryptoKey> {
  const text = await (await keyrings.of(null)).open(keyContext(row.id), row.sealed_private_key);
  // An elliptic curve's private key is never imported as bytes.
  return (await importJWK(JSON.parse(text) as JWK, signatureAlgorithm)) as CryptoKey;
}

function isLost(error: unknown): boolean {
  return isWindlassError(error) && error.code.startsWith("sealing.") && error.reaction !== "unreachable";
}
