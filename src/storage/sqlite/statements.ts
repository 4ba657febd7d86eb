/** Owns the wrapper that lets Kysely speak to `node:sqlite`: each statement prepared once, values converted, failures named. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { SqliteDatabase, SqliteStatement } from "kysely";
import { explainSqlite } from "./file.ts";

/** Queries with lists of different lengths have different texts; the oldest prepared ones make room. */
const mostStatements = 500;

/**
 * A {@link SqliteDatabase} for Kysely's dialect over an open file; `beforeWriting` is called before each statement that may
 * write and stands in no transaction, which those that begin one are. Throws what {@link explainSqlite} names.
 */
export function wrapDatabase(
  file: DatabaseSync,
  { path, beforeWriting }: { readonly path: string; readonly beforeWriting: () => void },
): SqliteDatabase {
  const explained = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw explainSqlite(error, path) ?? error;
    }
  };
  const statements = new Map<string, SqliteStatement>();
  const prepare = (sql: string) => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const oldest = statements.size < mostStatements ? undefined : statements.keys().next().value;
    if (oldest !== undefined) statements.delete(oldest);
    const isReading = /^\s*(select|pragma)\b/i.test(sql);
    const begin = <Result>(work: () => Result) =>
      explained(() => {
        if (!isReading && !file.isTransaction) beforeWriting();
        return work();
      });
    const statement = explained(() => wrapStatement(file.prepare(sql), begin));
    statements.set(sql, statement);
    return statement;
  };
  return { prepare, close: () => file.close() };
}

type Begin = <Result>(work: () => Result) => Result;

function wrapStatement(statement: StatementSync, begin: Begin): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (values) => begin(() => statement.all(...values.map(toSqlite))),
    run: (values) => begin(() => statement.run(...values.map(toSqlite))),
    iterate: (values) => statement.iterate(...values.map(toSqlite)),
  };
}

/** `node:sqlite` would take an object in the first place for named parameters, in silence. */
function toSqlite(value: unknown): SQLInputValue {
  if (value === null) return value;
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`a database value cannot be of type ${typeof value}`);
}
