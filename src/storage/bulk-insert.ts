/** Owns writing many rows at a time: a full load's statement is compiled once, a rest goes row by row. */
import { setImmediate } from "node:timers/promises";
import type { CompiledQuery, Insertable } from "kysely";
import type { Executor } from "./database.ts";
import type { Schema } from "./schema.ts";

/** Writes rows; one whose key is there already stays as it is. */
export type BulkInsert<Table extends keyof Schema> = (
  db: Executor,
  rows: readonly Insertable<Schema[Table]>[],
) => Promise<void>;

/** Building a statement of hundreds of parameters takes longer than running it. */
const rowsAtOnce = 50;

/**
 * Compiles the insert for a table. `columns` names every column of it, and `key` those of its primary key.
 * Throws the database's own error for rows that break another rule than the key.
 */
export function prepareBulkInsert<Table extends keyof Schema>(
  db: Executor,
  table: Table,
  {
    columns,
    key,
  }: {
    readonly columns: readonly (keyof Insertable<Schema[Table]> & string)[];
    readonly key: readonly string[];
  },
): BulkInsert<Table> {
  const compile = (rows: number): CompiledQuery => {
    const row = Object.fromEntries(columns.map((column) => [column, ""]));
    // Only the names count here: the values are replaced by those of the rows to come.
    const values = Array.from({ length: rows }, () => row) as unknown as Insertable<Schema[Table]>[];
    // Kysely cannot follow a table that is a type parameter; the names above are of its columns.
    const insert = db.insertInto(table).values(values) as unknown as KeyedInsert;
    return insert.onConflict((conflict) => conflict.columns(key).doNothing()).compile();
  };
  const [full, single] = [compile(rowsAtOnce), compile(1)];
  return async (executor, rows) => {
    let start = 0;
    while (start < rows.length) {
      const isFull = rows.length - start >= rowsAtOnce;
      const end = start + (isFull ? rowsAtOnce : 1);
      const parameters: unknown[] = [];
      for (const row of rows.slice(start, end)) for (const column of columns) parameters.push(row[column]);
      await executor.executeQuery({ ...(isFull ? full : single), parameters });
      start = end;
      // SQLite holds up the process while it works: answers that came in meanwhile get their turn.
      await setImmediate();
    }
  };
}

interface KeyedInsert {
  onConflict(
    choose: (conflict: { columns(names: readonly string[]): { doNothing(): unknown } }) => unknown,
  ): { compile(): CompiledQuery };
}
