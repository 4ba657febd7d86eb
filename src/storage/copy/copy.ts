/** Owns the move from SQLite to PostgreSQL: every row, in one transaction, compared before it is kept. */
import { CompiledQuery, sql, type Transaction } from "kysely";
import type { Clock } from "../../base/clock.ts";
import { type Place, reveal } from "../engine.ts";
import { storageErrors } from "../errors.ts";
import { migratePostgres } from "../postgres/migrate.ts";
import { connectPostgres } from "../postgres/open.ts";
import { withoutNul } from "../postgres/pool.ts";
import type { Schema } from "../schema.ts";
import { type Digest, startDigest } from "./digest.ts";
import { openSource, type SourceTable } from "./source.ts";
import { tablesInOrder } from "./tables.ts";

export interface CopyOrder {
  /** The SQLite file. */
  readonly from: string;
  /** The PostgreSQL database: empty, migrated or not. */
  readonly to: Place;
  readonly clock: Clock;
  /** Told after each batch how many rows of a table are written. */
  readonly progress?: ((table: string, rows: number) => void) | undefined;
}

export interface CopyReport {
  /** The steps that the other database was missing. */
  readonly applied: readonly string[];
  readonly tables: readonly { readonly table: string; readonly rows: number }[];
  /** Texts in which U+0000, which PostgreSQL does not take, became U+FFFD. */
  readonly changedTexts: number;
}

/**
 * Copies every row; on any failure the other database is left as it was, but for the schema. The file stays as it is, and
 * nobody else can open it meanwhile.
 * Throws `storage.in_use`, `storage.not_empty`, `storage.copy_differs`, and what opening either database throws.
 */
export async function copyToPostgres({ from, to, clock, progress }: CopyOrder): Promise<CopyReport> {
  const source = await openSource(from, clock);
  try {
    const applied = await migratePostgres(reveal(to), { clock });
    const kysely = connectPostgres(reveal(to), { connections: 1, patient: true });
    try {
      return await kysely.transaction().execute(async (target) => {
        await refuseRows(target);
        const tables: { table: string; rows: number }[] = [];
        let changedTexts = 0;
        for (const table of tablesInOrder) {
          const from = source.table(table);
          const told = (rows: number) => progress?.(table, rows);
          const { digest, changed } = await writeTable(target, { table, from, told });
          await compare(target, { table, columns: from.columns, digest });
          changedTexts += changed;
          tables.push({ table, rows: digest.rows });
        }
        await continueNumbers(target);
        return { applied, tables, changedTexts };
      });
    } finally {
      await kysely.destroy();
    }
  } finally {
    source.close();
  }
}

type Target = Transaction<Schema>;

async function refuseRows(target: Target): Promise<void> {
  for (const table of tablesInOrder) {
    const { rows } = await sql`select 1 as found from ${sql.table(table)} limit 1`.execute(target);
    if (rows.length > 0) throw storageErrors.fail("storage.not_empty", { detail: `rows in ${table}` });
  }
}

const rowsAtOnce = 500;

interface TableToWrite {
  readonly table: string;
  readonly from: SourceTable;
  told(rows: number): void;
}

async function writeTable(target: Target, { table, from, told }: TableToWrite) {
  const digest = startDigest();
  const full = compileInsert(table, from.columns, rowsAtOnce);
  let changed = 0;
  let batch: (readonly unknown[])[] = [];
  const flush = async () => {
    if (batch.length === 0) return;
    const insert = batch.length === rowsAtOnce ? full : compileInsert(table, from.columns, batch.length);
    await target.executeQuery({ ...insert, parameters: batch.flat() });
    batch = [];
    told(digest.rows);
  };
  for (const row of from.rows()) {
    const values = row.map((value) => (typeof value === "string" ? withoutNul(value) : value));
    changed += values.filter((value, index) => value !== row[index]).length;
    digest.add(values);
    batch.push(values);
    if (batch.length === rowsAtOnce) await flush();
  }
  await flush();
  return { digest, changed };
}

function compileInsert(table: string, columns: readonly string[], rows: number): CompiledQuery {
  const places = Array.from({ length: rows }, (_, row) => {
    return `(${columns.map((_column, index) => `$${row * columns.length + index + 1}`).join(", ")})`;
  });
  const list = columns.map((column) => `"${column}"`).join(", ");
  return CompiledQuery.raw(`insert into "${table}" (${list}) values ${places.join(", ")}`);
}

/** Reads back what was written. */
async function compare(
  target: Target,
  {
    table,
    columns,
    digest,
  }: { readonly table: string; readonly columns: readonly string[]; readonly digest: Digest },
): Promise<void> {
  const written = startDigest();
  const list = sql.join(columns.map((column) => sql.ref(column)));
  await sql`declare written cursor for select ${list} from ${sql.table(table)}`.execute(target);
  for (;;) {
    const { rows } = await sql<Record<string, unknown>>`fetch 1000 from written`.execute(target);
    if (rows.length === 0) break;
    for (const row of rows) written.add(columns.map((column) => row[column]));
  }
  await sql`close written`.execute(target);
  if (written.rows === digest.rows && written.value() === digest.value()) return;
  const detail = `${table}: ${digest.rows} rows read, ${written.rows} written, ${written.rows === digest.rows ? "with other contents" : "which is not as many"}`;
  throw storageErrors.fail("storage.copy_differs", { detail });
}

/** The next commit gets a number behind those that were copied. */
async function continueNumbers(target: Target): Promise<void> {
  await sql`select setval(pg_get_serial_sequence('commits', 'number'), max(number)) from commits having max(number) is not null`.execute(
    target,
  );
}
