/** Owns a process that races others for one database: `node racer.ts PLACE TASK NAME` waits for a line, then does its task and prints what came of it. */
import { once } from "node:events";
import { createInterface } from "node:readline";
import { systemClock } from "../../src/base/clock.ts";
import { Secret } from "../../src/base/secret.ts";
import { type Database, openDatabase } from "../../src/storage/database.ts";
import { addCalls } from "../../src/storage/tables/call-counts.ts";
import {
  claimLease,
  findSecretsVersion,
  replaceSecrets,
} from "../../src/storage/tables/connection-secrets.ts";
import { findIdentity, insertIdentity } from "../../src/storage/tables/identities.ts";
import { readMeta, writeMeta } from "../../src/storage/tables/meta.ts";
import { insertUser } from "../../src/storage/tables/users.ts";
import { saveWalk } from "../../src/storage/tables/walks.ts";
import { upgradeDatabase } from "../../src/storage/upgrade.ts";
import { ada, later, now, secrets } from "./rows.ts";

const [, , path = "", task = "", name = ""] = process.argv;
const place = path.startsWith("postgres") ? new Secret(path) : path;
const clock = systemClock();
const rounds = 25;

type Task = (database: Database) => Promise<unknown>;

const tasks: Readonly<Record<string, Task>> = {
  /** Reads a number and writes the next one; none may be lost. */
  async count({ transaction }) {
    for (let round = 0; round < rounds; round++) {
      await transaction(async (db) => {
        const number = Number((await readMeta(db, "number")) ?? 0);
        await writeMeta(db, "number", String(number + 1));
      });
    }
    return rounds;
  },
  async call({ kysely }) {
    for (let round = 0; round < rounds; round++)
      await addCalls(kysely, { consumer: "a", minute: now, calls: 1 });
    return rounds;
  },
  /** How many saves over the version last seen won. */
  async save({ kysely }) {
    let won = 0;
    for (let round = 0; round < rounds; round++) {
      const version = (await findSecretsVersion(kysely, "con_1")) ?? 0;
      const next = { ...secrets, version: version + 1, sealed_access_token: `${name} ${version + 1}` };
      if (await replaceSecrets(kysely, next, version)) won += 1;
    }
    return won;
  },
  /** One claim over the very same row. */
  claim: ({ kysely }) =>
    claimLease(kysely, secrets, { lease_owner: name, lease_expires_at: later(1), asked_at: now }),
  /** Finds or makes the one user behind an identity. */
  sign: ({ transaction }) =>
    transaction(async (db) => {
      const key = { instance_id: "bitbucket", subject: "the same" };
      const known = await findIdentity(db, key);
      if (known !== undefined) return known.user_id;
      await insertUser(db, { ...ada, id: name });
      const row = { ...key, user_id: name, profile_json: "{}", created_at: now, updated_at: now };
      await insertIdentity(db, row);
      return name;
    }),
  async walk({ kysely }) {
    for (let round = 0; round < rounds; round++) {
      const since = later(-((round * 7 + Number(name) * 11) % 101));
      await saveWalk(kysely, { repository_key: "r-1", head_hash: "h", since, completed_at: now });
    }
    return rounds;
  },
};

const ready = once(createInterface({ input: process.stdin }), "line");
const run = tasks[task];
const database = run === undefined ? null : await openDatabase(place, { clock });
process.stdout.write("ready\n");
await ready;
const result =
  run === undefined || database === null
    ? (await upgradeDatabase(place, { clock })).applied
    : await run(database);
process.stdout.write(`${JSON.stringify(result)}\n`);
await database?.close();
process.exit(0);
