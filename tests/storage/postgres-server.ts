/** Owns starting the PostgreSQL server that tests and benchmarks use, and making databases on it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import pg from "pg";
import { randomToken } from "../../src/base/random.ts";

export interface PostgresServer {
  /** With user and password, without a database. */
  readonly url: string;
}

/** The database that has every table and no row. */
export const template = "windlass_template";

/**
 * Starts one, which ends with this process at the latest. It is up in about two seconds. `durable`: it waits for its disk, as
 * one does that people use.
 */
export async function startPostgres({
  durable = false,
}: {
  readonly durable?: boolean;
} = {}): Promise<PostgresServer & { stop(): Promise<void> }> {
  const program = new URL("postgres-owner.ts", import.meta.url).pathname;
  const options = durable ? ["--durable"] : [];
  const owner = spawn(process.execPath, [program, ...options], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(owner, "exit");
  const told = once(createInterface({ input: owner.stdout }), "line").then(([line]) => String(line));
  const failed = ended.then(() => {
    throw new Error("no PostgreSQL for tests: see above");
  });
  failed.catch(() => {});
  const { url } = JSON.parse(await Promise.race([told, failed])) as PostgresServer; // the owner's own line
  return {
    url,
    async stop() {
      const force = setTimeout(() => owner.kill("SIGKILL"), 10_000);
      owner.stdin.end();
      await ended;
      clearTimeout(force);
    },
  };
}

/** A database of its own: with every table, or with `migrated: false` with none. */
export async function makeDatabase(
  server: PostgresServer,
  { migrated = true }: { readonly migrated?: boolean } = {},
): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `test_${randomToken()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "")}`;
  await administer(server, `create database ${name} template ${migrated ? template : "template0"}`);
  return {
    url: `${server.url}/${name}`,
    drop: () => administer(server, `drop database if exists ${name} with (force)`),
  };
}

const attempts = 20;

/** Of two that copy one template at once the later may be told that it is in use. */
async function administer({ url }: PostgresServer, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${url}/postgres` });
  await client.connect();
  try {
    for (let attempt = 1; ; attempt++) {
      const failure = await client.query(statement).then(
        () => null,
        (error: unknown) => error,
      );
      if (failure === null) return;
      if (!String(failure).includes("being accessed by other users") || attempt === attempts) throw failure;
    }
  } finally {
    await client.end();
  }
}
