/** Owns the step that gives the database its keyrings: the keys that are given, or a key file beside it, proved to fit. */
import type { Clock } from "../base/clock.ts";
import type { GivenKeys, KeyPlace } from "../sealing/given.ts";
import { type Keyrings, openKeyrings } from "../sealing/keyrings.ts";
import { openSealing } from "../sealing/open.ts";
import type { KeyWrapper } from "../sealing/wrapper.ts";
import type { Database } from "../storage/database.ts";
import { isPostgresUrl, reveal } from "../storage/engine.ts";
import { countConnectionsByWrapper, listNeededWrappers } from "../storage/tables/data-keys.ts";
import { listMeta } from "../storage/tables/meta.ts";
import type { Config } from "./config.ts";
import { canaryCage, givenUpBeginning, keyStore } from "./key-store.ts";

export interface SealedStore {
  readonly keyrings: Keyrings;
  readonly keys: GivenKeys;
  /** For the operator: a key file that has to be kept as safe as the database, a key that is missing. */
  readonly notices: readonly string[];
}

export interface SealedStoreOptions {
  readonly clock: Clock;
  /** Key services, from whoever runs the library; the first wraps. */
  readonly keyWrappers?: readonly KeyWrapper[] | undefined;
  /** Makes and notes nothing. */
  readonly onlyLook?: boolean;
}

/**
 * Opens the keyrings and proves that the keys fit the database.
 * @throws `sealing.…`
 */
export async function openSealedStore(
  database: Database,
  config: Config,
  { clock, keyWrappers, onlyLook = false }: SealedStoreOptions,
): Promise<SealedStore> {
  const givenUp = await listGivenUp(database);
  const needed = (await listNeededWrappers(database.kysely)).filter((id) => !givenUp.includes(id));
  const sources = { ...keySources(config, keyWrappers), needed, onlyLook };
  const { keys, missing } = await openSealing({ ...sources, cage: canaryCage(database) });
  const wrappers = () => keys.list().map(({ wrapper }) => wrapper);
  const keyrings = openKeyrings({ store: keyStore(database), wrappers, clock });
  const lost = givenUp.filter((id) => !wrappers().some((wrapper) => wrapper.id === id));
  return { keyrings, keys, notices: await noticesOf(database, keys, { missing, lost }) };
}

/** Where keys come from by this configuration. */
export function keySources(config: Config, handedIn?: readonly KeyWrapper[]) {
  const texts = (config.key ?? []).map((key) => key.reveal());
  return { handedIn, texts, place: placeOf(reveal(config.database)) };
}

/** Beside an embedded database lies its key; a database server has no beside. */
function placeOf(database: string): KeyPlace {
  if (isPostgresUrl(database)) return { kind: "nowhere" };
  return database === ":memory:" ? { kind: "memory" } : { kind: "file", path: `${database}.key` };
}

/** Keys the operator has said are lost. */
export async function listGivenUp({ kysely }: Database): Promise<readonly string[]> {
  const notes = await listMeta(kysely, givenUpBeginning);
  return notes.map(({ name }) => name.slice(givenUpBeginning.length));
}

async function noticesOf(
  { kysely }: Database,
  keys: GivenKeys,
  { missing, lost }: { readonly missing: readonly string[]; readonly lost: readonly string[] },
): Promise<readonly string[]> {
  const [first] = keys.list();
  const notices = [];
  if (keys.isMade)
    notices.push(`A key for sealing tokens was made: ${keys.keyFile}. Back it up apart from the database.`);
  else if (first?.source === "file") notices.push(`Tokens are sealed with the key in ${keys.keyFile}.`);
  if (missing.length + lost.length === 0) return notices;
  const connections = await countConnectionsByWrapper(kysely);
  const needing = (id: string) => counted(connections.get(id) ?? 0);
  for (const id of missing)
    notices.push(
      `The key ${id} is missing: ${needing(id)} cannot be used until it is given. If it is lost: windlass keys give-up ${id}`,
    );
  for (const id of lost.filter((each) => connections.has(each)))
    notices.push(`The key ${id} was given up: ${needing(id)} can only be connected anew.`);
  return notices;
}

function counted(connections: number): string {
  return connections === 1 ? "1 connection" : `${connections} connections`;
}
