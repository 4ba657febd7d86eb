/** Owns Kysely's dialect over `pg`: statements compiled once are prepared once, failures are named, broken connections left. */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from "kysely";
import type { Pool, PoolClient } from "pg";
import { explainPostgres } from "./failures.ts";
import { toPostgres } from "./pool.ts";
import { isStalePlan, untilItPasses } from "./retry.ts";

export interface DialectOptions {
  /**
   * How each transaction begins, sent together with its first statement: for transactions whose statements may each stand
   * alone, since one that did not begin would leave them so.
   */
  readonly begin?: string;
}

/** A dialect over a pool, whose server is named `place` in failures; closing the Kysely ends the pool. */
export function postgresDialect(pool: Pool, place: string, options: DialectOptions = {}): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => createDriver(pool, place, options),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

interface Connection extends DatabaseConnection {
  readonly client: PoolClient;
  inTransaction: boolean;
  /** The beginning of a transaction that the server has not answered yet. */
  beginning: Promise<unknown> | null;
  /** Not to be used again: what it holds on the server is unknown. */
  isBroken: boolean;
}

function createDriver(pool: Pool, place: string, { begin }: DialectOptions): Driver {
  const nameOf = statementNames();
  // Kysely hands back what `acquireConnection` gave, typed as less than it is.
  const own = (connection: DatabaseConnection) => connection as Connection;
  return {
    init: async () => {},
    async acquireConnection() {
      try {
        return openConnection(await pool.connect(), { place, nameOf });
      } catch (error) {
        throw explainPostgres(error, place) ?? error;
      }
    },
    async beginTransaction(connection, settings) {
      if (begin === undefined) await connection.executeQuery(CompiledQuery.raw(beginning(settings)));
      else own(connection).beginning = own(connection).client.query(begin);
      own(connection).inTransaction = true;
    },
    // Where a statement has failed and nobody minded, the server answers "commit" by rolling back.
    async commitTransaction(connection) {
      const { rows } = await connection.executeQuery<{ command: string }>(CompiledQuery.raw("commit"));
      if (rows[0]?.command === "ROLLBACK")
        throw new Error("a statement of the transaction failed, so nothing of it was kept");
      own(connection).inTransaction = false;
    },
    // What made it roll back is the failure to be told, not that the connection is gone as well.
    async rollbackTransaction(connection) {
      await connection.executeQuery(CompiledQuery.raw("rollback")).catch(() => {
        own(connection).isBroken = true;
      });
      own(connection).inTransaction = false;
    },
    async releaseConnection(connection) {
      const { client, isBroken, inTransaction } = own(connection);
      client.release(isBroken || inTransaction);
    },
    // A server that is gone does not answer a farewell either.
    destroy: () => Promise.race([pool.end(), sleep(farewellMilliseconds, undefined, { ref: false })]),
  };
}

function beginning({ isolationLevel }: TransactionSettings): string {
  return isolationLevel === undefined ? "begin" : `begin isolation level ${isolationLevel}`;
}

const farewellMilliseconds = 5_000;

/** A connection that ended, or one to a server that became a standby: the next one may lead elsewhere. */
const leaving: readonly string[] = ["storage.unreachable", "storage.unwritable"];

interface ConnectionParts {
  readonly place: string;
  nameOf(query: CompiledQuery): string | undefined;
}

function openConnection(client: PoolClient, { place, nameOf }: ConnectionParts): Connection {
  const send = async (compiled: CompiledQuery, name?: string) => {
    const values = compiled.parameters.map(toPostgres);
    try {
      return await client.query({ text: compiled.sql, values, ...(name !== undefined && { name }) });
    } catch (error) {
      const failure = explainPostgres(error, place);
      if (failure !== null && leaving.includes(failure.code)) connection.isBroken = true;
      if (isStalePlan(error)) connection.isBroken = true;
      throw failure ?? error;
    }
  };
  const connection: Connection = {
    client,
    inTransaction: false,
    beginning: null,
    isBroken: false,
    async executeQuery<Row>(compiled: CompiledQuery) {
      const name = nameOf(compiled);
      // A transaction is run again as a whole, by who began it.
      if (connection.inTransaction) {
        const { beginning } = connection;
        connection.beginning = null;
        const [result] = await Promise.all([send(compiled, name), beginning]);
        return readResult<Row>(result);
      }
      const result = await untilItPasses(() => send(compiled, connection.isBroken ? undefined : name));
      return readResult<Row>(result);
    },
    streamQuery: () => {
      throw new Error("rows are read page by page here, not as a stream");
    },
  };
  return connection;
}

const changing: readonly string[] = ["INSERT", "UPDATE", "DELETE"];

function readResult<Row>(result: {
  readonly command: string;
  readonly rowCount: number | null;
  readonly rows: unknown[];
}): QueryResult<Row> {
  const { command, rowCount } = result;
  if (command === "COMMIT" || command === "ROLLBACK") return { rows: [{ command } as Row] }; // asked for by the driver alone
  const rows = result.rows as Row[]; // what the query selects is its caller's to say
  return changing.includes(command) ? { numAffectedRows: BigInt(rowCount ?? 0), rows } : { rows };
}

/**
 * A query that comes a second time as the very same object was compiled once and for all: from then on it has a name, so that
 * the server parses and plans it once a connection. Others would only fill its memory.
 */
function statementNames(): (compiled: CompiledQuery) => string | undefined {
  const names = new WeakMap<CompiledQuery["query"], string | null>();
  return ({ query, sql }) => {
    const known = names.get(query);
    if (known === undefined) {
      names.set(query, null);
      return undefined;
    }
    const name = known ?? `windlass_${createHash("sha256").update(sql).digest("base64url").slice(0, 22)}`;
    names.set(query, name);
    return name;
  };
}
