/** Owns `windlass migrate`: prepares the database for this version, and moves it from SQLite to PostgreSQL. */
import { parseArgs } from "node:util";
import { systemClock } from "../../base/clock.ts";
import { Secret } from "../../base/secret.ts";
import type { CopyReport } from "../../storage/copy/copy.ts";
import { isPostgresUrl, type Place } from "../../storage/engine.ts";
import type { Upgrade } from "../../storage/upgrade.ts";
import { type Command, UsageError } from "../command.ts";
import { configOption } from "../options.ts";

const help = `windlass migrate: prepares the database for this version of Windlass

Usage: windlass migrate [--config FILE] [--to postgres://…] [--json]

  --config FILE  configuration (default: windlass.yaml where it exists, else the environment, as serve)
  --to URL       copies everything from the configured SQLite file into this PostgreSQL database, which must be empty
  --json         one JSON object: {"engine","applied":["0001-first"],"copy"}, with --to
                 {"applied","tables":[{"table","rows"}],"rows","changedTexts"}

An SQLite database is also migrated by serve, after a copy of the file; PostgreSQL only by this command. Several may run at
once: one does the work.

With --to, stop Windlass first. The copy is one transaction, and is compared table by table before it is kept: when
anything fails, the PostgreSQL database holds no row. The SQLite file stays as it is. The key that opens the tokens is not
in the database: give it on in WINDLASS_KEY. A URL given here can be seen in the list of processes: leave the password out
and set PGPASSWORD.

Exit code 0 when the database is prepared or the copy is complete, 1 when not, 2 for wrong use.

Example: windlass migrate --config windlass.yaml --to postgres://windlass@db.example.com/windlass
`;

export const command: Command = {
  name: "migrate",
  summary: "prepares the database for this version, and moves it from SQLite to PostgreSQL",
  help,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { config: configOption, to: { type: "string" }, json: { type: "boolean" } },
    });
    const { to, json = false } = values;
    if (to !== undefined && !(isPostgresUrl(to) && URL.canParse(to)))
      throw new UsageError("--to needs postgres://USER@HOST:PORT/DATABASE.");
    const { readServerConfig } = await import("../server-config.ts");
    const { database } = readServerConfig(values.config);
    if (database === ":memory:")
      throw new UsageError("The configured database is in memory: there is nothing to migrate.");
    if (to === undefined) await upgrade(database, json);
    else await move(database, { to, json });
    return 0;
  },
};

async function upgrade(database: Place, json: boolean): Promise<void> {
  const { upgradeDatabase } = await import("../../storage/upgrade.ts");
  const done = await upgradeDatabase(database, { clock: systemClock() });
  process.stdout.write(json ? `${JSON.stringify(done)}\n` : upgraded(done));
}

function upgraded({ applied, copy }: Upgrade): string {
  if (applied.length === 0) return "Nothing to do: the database is prepared for this version.\n";
  const kept = copy === null ? "" : `The file as it was before: ${copy} (delete it when all is well)\n`;
  return `Applied: ${applied.join(", ")}\n${kept}`;
}

async function move(
  database: Place,
  { to, json }: { readonly to: string; readonly json: boolean },
): Promise<void> {
  if (typeof database !== "string")
    throw new UsageError(
      "The configured database is on PostgreSQL already; --to copies from an SQLite file.",
    );
  const { copyToPostgres } = await import("../../storage/copy/copy.ts");
  const report = await copyToPostgres({
    from: database,
    to: new Secret(to),
    clock: systemClock(),
    progress: tellProgress(),
  });
  const rows = report.tables.reduce((sum, table) => sum + table.rows, 0);
  process.stdout.write(
    json ? `${JSON.stringify({ ...report, rows })}\n` : moved(report, { from: database, rows }),
  );
}

/** A line when a table begins, and one a second while it goes on. */
function tellProgress(): (table: string, rows: number) => void {
  const told = { table: "", at: 0 };
  return (table, rows) => {
    const at = performance.now();
    if (table === told.table && at - told.at < 1_000) return;
    Object.assign(told, { table, at });
    process.stderr.write(`${table}: ${rows} rows\n`);
  };
}

function moved(
  { tables, changedTexts }: CopyReport,
  { from, rows }: { readonly from: string; readonly rows: number },
): string {
  const filled = tables.filter((table) => table.rows > 0).map((table) => `  ${table.table}: ${table.rows}\n`);
  const changed =
    changedTexts === 0
      ? ""
      : `Texts that held U+0000, which PostgreSQL does not take, have U+FFFD there: ${changedTexts}\n`;
  return `Copied and compared, rows: ${rows}
${filled.join("")}${changed}
Now
  1. set WINDLASS_KEY to the key of this database (where none was set, it is in ${from}.key): without it no token opens
  2. set the database to the PostgreSQL URL, and start Windlass
  3. never start Windlass on ${from} again: it would spend the refresh tokens of both. Delete it when all is well
`;
}
