import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import { copyToPostgres } from "../../src/storage/copy/copy.ts";
import { tablesInOrder } from "../../src/storage/copy/tables.ts";
import { type Database, type Executor, openDatabase } from "../../src/storage/database.ts";
import { insertAnalysis } from "../../src/storage/tables/analyses.ts";
import { prepareInsertAnalysisCommits } from "../../src/storage/tables/analysis-commits.ts";
import { insertAnalysisRepositories } from "../../src/storage/tables/analysis-repositories.ts";
import { insertApiKey } from "../../src/storage/tables/api-keys.ts";
import {
  insertAuditWriter,
  prepareInsertAuditEntries,
  saveAuditCheckpoint,
} from "../../src/storage/tables/audit.ts";
import { addCalls } from "../../src/storage/tables/call-counts.ts";
import { prepareInsertCommitFiles } from "../../src/storage/tables/commit-files.ts";
import { findKnownCommits, prepareInsertCommits } from "../../src/storage/tables/commits.ts";
import { insertSecrets } from "../../src/storage/tables/connection-secrets.ts";
import { insertHandshake } from "../../src/storage/tables/handshakes.ts";
import { insertIdentity } from "../../src/storage/tables/identities.ts";
import { insertIdentityKey } from "../../src/storage/tables/identity-keys.ts";
import { insertInstance } from "../../src/storage/tables/instances.ts";
import { writeMeta } from "../../src/storage/tables/meta.ts";
import { replaceRepositories } from "../../src/storage/tables/repositories.ts";
import { insertRulePin } from "../../src/storage/tables/rule-pins.ts";
import { insertSessionCheck } from "../../src/storage/tables/session-checks.ts";
import { insertSession } from "../../src/storage/tables/sessions.ts";
import { saveWalk } from "../../src/storage/tables/walks.ts";
import { failureOf } from "../failure.ts";
import { frozenClock } from "../frozen-clock.ts";
import { runWindlass, startPrinting } from "../run-windlass.ts";
import { makePlace } from "./engines.ts";
import {
  addConnection,
  analysis,
  analysisRepository,
  apiKey,
  commit,
  handshake,
  identityKey,
  instance,
  now,
  repository,
  secrets,
  session,
  sessionCheck,
} from "./rows.ts";

const clock = frozenClock();
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "windlass-copy-"));
  path = join(folder, "windlass.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function emptyPostgres(options?: { readonly migrated: boolean }): Promise<string> {
  const { place, remove } = await makePlace("postgres", options);
  onTestFinished(remove);
  return place;
}

async function opened<Result>(place: string, use: (database: Database) => Promise<Result>): Promise<Result> {
  const database = await openDatabase(place.startsWith("postgres") ? new Secret(place) : place, { clock });
  return use(database).finally(() => database.close());
}

const commits = 1_203;

/** A row in every table at least, and more commits than one batch. */
async function fill({ kysely }: Database): Promise<void> {
  await addConnection(kysely);
  await insertIdentity(kysely, {
    instance_id: "bitbucket",
    subject: "a-b",
    user_id: "usr_ada",
    profile_json: '{"displayName":"Ada"}',
    created_at: now,
    updated_at: now,
  });
  await insertSession(kysely, session);
  await insertApiKey(kysely, apiKey);
  await insertInstance(kysely, instance);
  await insertSessionCheck(kysely, sessionCheck);
  await insertIdentityKey(kysely, identityKey);
  const pin = { instance_id: "bitbucket", place: "workspace acme", pinned_id: "a-b", pinned_at: now };
  await insertRulePin(kysely, pin);
  await insertSecrets(kysely, { ...secrets, version: 2 ** 40, sealed_access_token: "s".repeat(9_000) });
  await insertHandshake(kysely, handshake);
  await replaceRepositories(kysely, "con_1", [repository]);
  await writeMeta(kysely, "note", "\\N, \"quoted\", 'single', 🦊");
  await addCalls(kysely, { consumer: "a", minute: now, calls: 3 });
  await saveWalk(kysely, { repository_key: "r-1", head_hash: "h", since: now, completed_at: now });
  await insertAuditWriter(kysely, { id: "wri_1", started_at: now });
  const mac = { sequence: 1, mac: "mac", at: now };
  await saveAuditCheckpoint(kysely, { writer_id: "wri_1", ...mac, signature: "signed" });
  const about = { project_id: null, connection_id: null, reason: null, facts_json: "{}" };
  await prepareInsertAuditEntries(kysely)(kysely, [
    { writer_id: "wri_1", ...mac, ...about, event: "project.deleted", actor: "user usr_ada" },
  ]);
  await fillHistory(kysely);
}

async function fillHistory(kysely: Executor): Promise<void> {
  await insertAnalysis(kysely, analysis);
  await insertAnalysisRepositories(kysely, [analysisRepository]);
  const rows = Array.from({ length: commits }, (_, index) => commit(index));
  await prepareInsertCommits(kysely)(kysely, rows);
  const known = await findKnownCommits(kysely, "r-1", ["hash-3"]);
  const number = known.get("hash-3")?.number ?? 0;
  const file = { status: "added", old_path: null, lines_added: 1, lines_removed: 0 };
  await prepareInsertCommitFiles(kysely)(kysely, [
    { ...file, commit_number: number, position: 0, new_path: "a" },
  ]);
  await prepareInsertAnalysisCommits(kysely)(kysely, [
    { analysis_id: "ana_1", repository_key: "r-1", position: 0, commit_number: number },
  ]);
}

async function everything(place: string): Promise<Record<string, string[]>> {
  return opened(place, async ({ kysely }) => {
    const tables: Record<string, string[]> = {};
    for (const table of tablesInOrder) {
      const { rows } = await sql<object>`select * from ${sql.table(table)}`.execute(kysely);
      tables[table] = rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
    }
    return tables;
  });
}

/** Of the server that printed this line. */
async function readiness(line: string): Promise<number> {
  const [url = ""] = /http:\S+/.exec(line) ?? [];
  return (await fetch(`${url}/readyz`)).status;
}

test("every table of the database has its place in the order of the copy", async () => {
  const names = await opened(path, async ({ kysely }) => {
    return (await kysely.introspection.getTables()).map(({ name }) => name);
  });
  expect([...tablesInOrder, "windlass_migrations"].sort()).toEqual(names.sort());
});

describe("copying to PostgreSQL", () => {
  test("every row is there afterwards, new commits get new numbers, the file stays as it is", async () => {
    await opened(path, fill);
    const to = await emptyPostgres({ migrated: false });
    const told: string[] = [];
    const report = await copyToPostgres({
      from: path,
      to: new Secret(to),
      clock,
      progress: (table, rows) => told.push(`${table} ${rows}`),
    });
    expect(report.applied).toEqual(["0001-first"]);
    expect(report.changedTexts).toBe(0);
    expect(report.tables.find(({ table }) => table === "commits")?.rows).toBe(commits);
    expect(report.tables.every(({ rows }) => rows > 0)).toBe(true);
    expect(told).toEqual(expect.arrayContaining(["commits 500", "commits 1000", "commits 1203", "meta 1"]));
    expect(await everything(to)).toEqual(await everything(path));
    await opened(to, async ({ kysely }) => {
      await prepareInsertCommits(kysely)(kysely, [commit(5_000)]);
      const known = await findKnownCommits(kysely, "r-1", ["hash-5000"]);
      expect(known.get("hash-5000")?.number).toBeGreaterThan(commits);
    });
  });

  test("what PostgreSQL cannot hold is changed, counted, and no reason to fail", async () => {
    await opened(path, ({ kysely }) => writeMeta(kysely, "a", "b\u0000c"));
    const to = await emptyPostgres();
    const report = await copyToPostgres({ from: path, to: new Secret(to), clock });
    expect(report.changedTexts).toBe(1);
    expect((await everything(to)).meta).toEqual(['[["name","a"],["value","b\ufffdc"]]']);
  });

  test("a database that holds a row is refused and keeps just that row", async () => {
    await opened(path, fill);
    const to = await emptyPostgres();
    await opened(to, ({ kysely }) => writeMeta(kysely, "mine", "kept"));
    const failure = await failureOf(copyToPostgres({ from: path, to: new Secret(to), clock }));
    expect(failure).toMatchObject({ code: "storage.not_empty", detail: "rows in meta" });
    expect((await everything(to)).users).toEqual([]);
  });

  test("a file that is open elsewhere is refused; one that is not there is not made", async () => {
    const to = new Secret(await emptyPostgres());
    await opened(path, async (database) => {
      await fill(database);
      expect((await failureOf(copyToPostgres({ from: path, to, clock }))).code).toBe("storage.in_use");
    });
    const missing = join(folder, "none.db");
    expect((await failureOf(copyToPostgres({ from: missing, to, clock }))).code).toBe("storage.unwritable");
    expect(existsSync(missing)).toBe(false);
  });

  test("a table nobody knows would be lost, so nothing is copied", async () => {
    await opened(path, fill);
    const file = new DatabaseSync(path);
    file.exec("create table songs (title text)");
    file.close();
    const to = await emptyPostgres();
    const failure = await failureOf(copyToPostgres({ from: path, to: new Secret(to), clock }));
    expect(failure).toMatchObject({ code: "storage.copy_differs", detail: "unknown tables: songs" });
  });

  test("a row that comes out differently takes the whole copy back", async () => {
    await opened(path, fill);
    const to = await emptyPostgres();
    await opened(to, async ({ kysely }) => {
      await sql`create function louder() returns trigger language plpgsql as 'begin new.value = upper(new.value); return new; end'`.execute(
        kysely,
      );
      await sql`create trigger louder before insert on meta for each row execute function louder()`.execute(
        kysely,
      );
    });
    const failure = await failureOf(copyToPostgres({ from: path, to: new Secret(to), clock }));
    expect(failure).toMatchObject({
      code: "storage.copy_differs",
      detail: expect.stringContaining("meta: 1"),
    });
    const left = await everything(to);
    expect(Object.values(left).flat()).toEqual([]);
  });
});

describe("windlass migrate", () => {
  const env = () => ({
    AUTH_BITBUCKET_CLIENT_ID: "key",
    AUTH_BITBUCKET_CLIENT_SECRET: "secret",
    WINDLASS_DATABASE: path,
  });

  test("prepares an SQLite file, and then finds nothing to do", async () => {
    const first = await runWindlass(["migrate"], { env: env() });
    expect(first).toMatchObject({ exitCode: 0, stdout: "Applied: 0001-first\n", stderr: "" });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const second = await runWindlass(["migrate", "--json"], { env: env() });
    expect(JSON.parse(second.stdout)).toEqual({ engine: "sqlite", applied: [], copy: null });
  });

  test("moves to PostgreSQL with progress beside the result, and says what to do then", async () => {
    await opened(path, fill);
    const before = readFileSync(path);
    const to = await emptyPostgres({ migrated: false });
    const moved = await runWindlass(["migrate", "--to", to], { env: env() });
    expect(moved.exitCode).toBe(0);
    expect(moved.stderr).toContain("commits: 500 rows\n");
    expect(moved.stdout).toContain("  commits: 1203\n");
    expect(moved.stdout).toContain("WINDLASS_KEY");
    expect(moved.stdout).not.toContain("postgres://");
    expect(readFileSync(path).equals(before)).toBe(true);
    const again = await runWindlass(["migrate", "--to", to], { env: env() });
    expect(again).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("[storage.not_empty]") });
    const there = await runWindlass(["migrate"], { env: { ...env(), WINDLASS_DATABASE: to } });
    expect(there.stdout).toBe("Nothing to do: the database is prepared for this version.\n");
  });

  test("killed in the middle it leaves no row, and can be run again", async () => {
    await opened(path, fill);
    const to = await emptyPostgres();
    const main = new URL("../../src/cli/main.ts", import.meta.url).pathname;
    const child = spawn(process.execPath, [main, "migrate", "--to", to], {
      env: { ...process.env, ...env() },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const ended = once(child, "exit");
    for await (const line of createInterface({ input: child.stderr }))
      if (line === "commits: 500 rows") child.kill("SIGKILL");
    expect((await ended)[1]).toBe("SIGKILL");
    expect(Object.values(await everything(to)).flat()).toEqual([]);
    expect(await runWindlass(["migrate", "--to", to], { env: env() })).toMatchObject({ exitCode: 0 });
    expect(await everything(to)).toEqual(await everything(path));
  });

  test("the whole way: a server on SQLite, the move, and a server on PostgreSQL with the same key", async () => {
    const onSqlite = await startPrinting(["serve", "--port", "0"], { env: env(), cwd: folder });
    expect(await readiness(onSqlite.line)).toBe(200);
    expect(await onSqlite.stop()).toBe(0);
    const to = await emptyPostgres({ migrated: false });
    const onPostgres = { ...env(), WINDLASS_DATABASE: to };
    const serve = (more: Readonly<Record<string, string>> = {}) =>
      startPrinting(["serve", "--port", "0"], { env: { ...onPostgres, ...more }, cwd: folder });
    await expect(serve()).rejects.toThrow("storage.not_migrated");
    expect(await runWindlass(["migrate", "--to", to], { env: env() })).toMatchObject({ exitCode: 0 });
    await expect(serve()).rejects.toThrow("sealing.key_required");
    const key = readFileSync(`${path}.key`, "utf8").trim();
    const served = await serve({ WINDLASS_KEY: key });
    expect(await readiness(served.line)).toBe(200);
    expect(await served.stop()).toBe(0);
    expect(served.printed()).not.toContain(new URL(to).password);
  });

  test("wrong use ends with 2, a server that is not there with 1, neither tells the password", async () => {
    const run = (...args: string[]) => runWindlass(["migrate", ...args], { env: env() });
    expect(await run("--to", "other.db")).toMatchObject({ exitCode: 2 });
    const url = "postgres://windlass:hunter2@127.0.0.1:1/windlass";
    await run();
    const unreachable = await run("--to", url);
    expect(unreachable).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("storage.unreachable"),
    });
    expect(unreachable.stderr + unreachable.stdout).not.toContain("hunter2");
    const already = await runWindlass(["migrate", "--to", url], {
      env: { ...env(), WINDLASS_DATABASE: url },
    });
    expect(already.exitCode).toBe(2);
  });
});
