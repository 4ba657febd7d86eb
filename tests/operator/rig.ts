/** Owns a server that runs with a listener for operators, over a real file that a test can write to as well. */
import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type ConfigInput, parseConfig } from "../../src/app/config.ts";
import { silentLog } from "../../src/base/log.ts";
import { startServer } from "../../src/server/start.ts";
import { type Database, openDatabase } from "../../src/storage/database.ts";
import type { ConnectionSecretsTable, ConnectionsTable } from "../../src/storage/schema.ts";
import { insertSecrets } from "../../src/storage/tables/connection-secrets.ts";
import { insertConnection } from "../../src/storage/tables/connections.ts";
import { insertDataKey } from "../../src/storage/tables/data-keys.ts";
import { insertProject } from "../../src/storage/tables/projects.ts";
import { insertUser } from "../../src/storage/tables/users.ts";
import { frozenClock } from "../frozen-clock.ts";
import { ada, connection, dataKey, now, secrets } from "../storage/rows.ts";

type Row = Partial<ConnectionsTable> & { readonly secrets?: Partial<ConnectionSecretsTable> };

/** Starts the server, then adds these connections beside it; everything ends with the test. */
export async function startWith(rows: readonly Row[], metrics: ConfigInput["metrics"] | null = { port: 0 }) {
  const folder = mkdtempSync(join(tmpdir(), "windlass-operator-"));
  const path = join(folder, "windlass.db");
  const clock = frozenClock(new Date(now));
  const config = parseConfig({
    database: path,
    listen: { port: 0 },
    key: Buffer.alloc(32, 9).toString("base64"),
    instances: { bitbucket: { clientId: "key", clientSecret: "consumer-secret" } },
    ...(metrics !== null && { metrics }),
  });
  const server = await startServer(config, { log: silentLog, clock: awake(clock) });
  const database = await openDatabase(path, { clock });
  onTestFinished(async () => {
    await server.close();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await addRows(database, rows);
  return { server, database, url: server.operatorUrl ?? "" };
}

/** The same time, by which keepers may sleep until they are woken for good. */
function awake(clock: ReturnType<typeof frozenClock>) {
  return {
    now: clock.now,
    sleep: (_: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        if (signal?.aborted) reject(signal.reason);
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      }),
  };
}

async function addRows({ kysely }: Database, rows: readonly Row[]): Promise<void> {
  await insertUser(kysely, ada);
  await insertProject(kysely, { id: "prj_1", name: "Shop", made_by: "usr_ada", created_at: now });
  if (rows.some((row) => row.secrets !== undefined)) await insertDataKey(kysely, dataKey);
  for (const [place, { secrets: held, ...row }] of rows.entries()) {
    const id = `con_secret-id-${place}`;
    await insertConnection(kysely, { ...connection, id, account_name: "Ada Lovelace", ...row });
    if (held !== undefined) await insertSecrets(kysely, { ...secrets, connection_id: id, ...held });
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** As any client may ask, with whatever Host it likes. */
export function ask(
  url: string,
  options: { readonly method?: string; readonly host?: string } = {},
): Promise<Answer> {
  const { method = "GET", host } = options;
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, agent: false, ...(host && { headers: { host } }) }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    asked.on("error", reject);
    asked.end();
  });
}
