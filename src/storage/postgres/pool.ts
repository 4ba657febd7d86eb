/** Owns the connections to a PostgreSQL server: how many, how long anything may take, and what a value becomes on its way. */
import pg from "pg";
import type { Address } from "./address.ts";

/** A server that does not answer is given up within seconds; a line of waiting statements is shorter than that. */
const connectMilliseconds = 10_000;
/** A statement takes milliseconds: this long, the other end is gone. */
const statementMilliseconds = 60_000;
/** Opening one takes longer than many a question; none grows so old that a server that moved is never found. */
const idleMilliseconds = 300_000;
const longestLifeSeconds = 3_600;

/**
 * A process that is frozen inside a transaction keeps others from its rows: the server ends it, and the others outwait it.
 * Said in SQL, since not every pooler lets it through at the beginning of a session.
 */
const sessionSettings = "set idle_in_transaction_session_timeout = '10s'; set lock_timeout = '20s'";

export interface PoolOptions {
  readonly connections?: number;
  /** For migrations and copies, which take as long as they take. */
  readonly patient?: boolean;
}

/** Nothing is connected to yet. */
export function openPool({ url }: Address, { connections = 10, patient = false }: PoolOptions = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectMilliseconds,
    idleTimeoutMillis: idleMilliseconds,
    maxLifetimeSeconds: longestLifeSeconds,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: "windlass",
    // Statements that are given together are sent together.
    pipeline: true,
    types: { getTypeParser: readType },
    ...(!patient && {
      query_timeout: statementMilliseconds,
      onConnect: async (client: pg.ClientBase) => {
        await client.query(sessionSettings);
      },
    }),
  });
  // A connection that breaks while nobody asks anything over it is told of at the next question.
  const ignore = () => {};
  pool.on("error", ignore);
  pool.on("connect", (client) => client.on("error", ignore));
  return pool;
}

/** 64-bit integers, and the sums of such, as numbers: nothing here comes near 2^53. */
const numericTypes: readonly number[] = [pg.types.builtins.INT8, pg.types.builtins.NUMERIC];

const readType: typeof pg.types.getTypeParser = (oid: number, format?: "text" | "binary") =>
  numericTypes.includes(oid) ? Number : pg.types.getTypeParser(oid, format as "text");

/** What SQLite takes, PostgreSQL is given: but it has no place for U+0000 in a text. */
export function toPostgres(value: unknown): string | number | bigint | null {
  if (typeof value === "string") return withoutNul(value);
  if (value === null || typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Date) return value.toISOString();
  throw new TypeError(`a database value cannot be of type ${typeof value}`);
}

/** The text with U+FFFD in place of each U+0000. */
export function withoutNul(text: string): string {
  return text.includes("\u0000") ? text.replaceAll("\u0000", "\ufffd") : text;
}
