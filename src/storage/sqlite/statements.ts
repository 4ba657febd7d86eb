/** Owns the wrapper that lets Kysely speak to `node:sqlite`: each statement prepared once, values converted. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { SqliteDatabase, SqliteStatement } from "kysely";

/** Queries with lists of different lengths have different texts; the oldest prepared ones make room. */
const mostStatements = 500;

/** A {@link SqliteDatabase} for Kysely's dialect over an open file. */
export function wrapDatabase(file: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  const prepare = (sql: string) => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const oldest = statements.size < mostStatements ? undefined : statements.keys().next().value;
    if (oldest !== undefined) statements.delete(oldest);
    const statement = wrapStatement(file.prepare(sql));
    statements.set(sql, statement);
    return statement;
  };
  return { prepare, close: () => file.close() };
}

function wrapStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (values) => statement.all(...values.map(toSqlite)),
    run: (values) => statement.run(...values.map(toSqlite)),
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
