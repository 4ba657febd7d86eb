/** Owns a process that is to be killed: it does what its second argument says to the file of its first, and tells of it. */

import { writeSync } from "node:fs";
import { systemClock } from "../../src/base/clock.ts";
import { Secret } from "../../src/base/secret.ts";
import { cloudInstance } from "../../src/bitbucket/cloud.ts";
import { type Database, type Executor, openDatabase } from "../../src/storage/database.ts";
import { migrations } from "../../src/storage/migrate.ts";
import { openAndMigrateSqlite } from "../../src/storage/sqlite/open.ts";
import { findSecretsVersion } from "../../src/storage/tables/connection-secrets.ts";
import { findConnection } from "../../src/storage/tables/connections.ts";
import { createVault } from "../../src/vault/vault.ts";
import { anyCall, findAmong } from "../find-among.ts";
import { testKeyrings } from "../keyrings.ts";
import { silentRecord } from "../silent-record.ts";
import { addConnections } from "../vault/connections.ts";

const clock = systemClock();
const [, , path = "", task] = process.argv;

/** At once, past any buffer: what was told before the end was true before the end. */
const tell = (line: string) => writeSync(1, `${line}\n`);

/** Keeps ever newer tokens in `con_1` and tells each number once it is kept. */
async function keepForEver(database: Database): Promise<void> {
  const keyrings = testKeyrings(database, clock);
  const fetch = () => Promise.reject(new Error("nobody is asked here"));
  const bitbucket = cloudInstance({ clientId: "key", clientSecret: "secret" });
  const vault = createVault({
    database,
    keyrings,
    ...silentRecord(database),
    clock,
    fetch,
    instances: findAmong(() => [bitbucket]),
  });
  const started = await findConnection(database.kysely, "con_1");
  if (started === undefined) await addConnections(database, clock.now().toISOString());
  const known = await findSecretsVersion(database.kysely, "con_1");
  for (let number = known === undefined ? 1 : await nextNumber(); ; number++) {
    const accessToken = new Secret(`${number} access `.padEnd(2_600, "a"));
    const refreshToken = new Secret(`${number} refresh `.padEnd(2_600, "r"));
    await vault.keep("con_1", { accessToken, refreshToken, expiresAt: null });
    tell(String(number));
  }

  async function nextNumber(): Promise<number> {
    const header = await vault.authorize("con_1")(anyCall);
    return Number.parseInt(header.reveal().replace("Bearer ", ""), 10) + 1;
  }
}

/** Migrates, tells that the last step is half done, and never goes on. */
async function migrateHalf(): Promise<void> {
  const half = {
    name: "9998-half",
    up: async (transaction: Executor) => {
      await transaction.schema.createTable("half").addColumn("id", "text").execute();
      await transaction.schema.dropTable("sessions").execute();
      tell("half");
      for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    },
  };
  await openAndMigrateSqlite(path, { clock, steps: [...migrations, half] });
}

const database = await openDatabase(path, { clock });
tell("open");
if (task === "keep") await keepForEver(database);
if (task === "migrate") await migrateHalf();
await database.close();
