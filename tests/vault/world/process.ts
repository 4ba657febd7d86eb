/** Owns one process of many over a database: a real vault, wired as the app wires it, that does what it is told on standard input. */
import { once } from "node:events";
import { createInterface } from "node:readline";
import { sql } from "kysely";
import { createRecord } from "../../../src/app/record.ts";
import type { Audit } from "../../../src/audit/audit.ts";
import { shiftableClock } from "../../../src/base/clock.ts";
import { sha256 } from "../../../src/base/digest.ts";
import { isWindlassError } from "../../../src/base/errors.ts";
import type { Fetch } from "../../../src/base/http/door.ts";
import { openNodeDoor } from "../../../src/base/http/node-door.ts";
import type { Secret } from "../../../src/base/secret.ts";
import { bearer } from "../../../src/bitbucket/api/authorize.ts";
import { createApi } from "../../../src/bitbucket/api/client.ts";
import { cloudInstance } from "../../../src/bitbucket/cloud.ts";
import { openHost } from "../../../src/bitbucket/host/open.ts";
import { dataCenterInstance } from "../../../src/bitbucket/self-hosted.ts";
import { openDatabase } from "../../../src/storage/database.ts";
import { atMost } from "../../../src/vault/at-most.ts";
import { createVault } from "../../../src/vault/vault.ts";
import { testKeyrings } from "../../keyrings.ts";
import type { Order, Report, Setup } from "./order.ts";
import type { Step } from "./steps.ts";

const setup = JSON.parse(process.env.WINDLASS_WORLD ?? "") as Setup; // written by the test beside it
const clock = shiftableClock(new Date(Date.now() + setup.clockAheadSeconds * 1000));
const instance =
  setup.instance.product === "cloud"
    ? cloudInstance(setup.instance)
    : dataCenterInstance({ id: "bitbucket", ...setup.instance });
const door = openNodeDoor({ network: { allow: ["127.0.0.0/8", "::1"] } });
const database = await openDatabase(setup.place, { clock });
const keyrings = testKeyrings(database, clock);
const log = { info() {}, warn() {}, error() {} };
const record = createRecord({ database, keyrings, clock, log, keepDays: 400 });
const vault = createVault({
  database,
  keyrings,
  clock,
  audit: withSteps(record.audit),
  handOuts: record.handOuts,
  fetch: stepping(door.fetch),
  instances: async () => {
    await reach("before-claim");
    return instance;
  },
  leaseSeconds: setup.leaseSeconds,
});

/** Once: whoever was frozen and goes on does not freeze again. */
let isDone = false;

async function reach(step: Step): Promise<void> {
  if (isDone || setup.at?.step !== step) return;
  isDone = true;
  process.stdout.write(`${JSON.stringify({ reached: step })}\n`);
  if (setup.at.what === "fill") return fill();
  process.kill(process.pid, setup.at.what === "die" ? "SIGKILL" : "SIGSTOP");
  // A signal to oneself takes effect between two turns of the loop.
  await new Promise((resolve) => setTimeout(resolve, 20));
}

/** For a second no page can be added. @see https://www.sqlite.org/pragma.html#pragma_max_page_count */
async function fill(): Promise<void> {
  const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(database.kysely);
  await sql`create table filler (bytes text)`.execute(database.kysely);
  await sql`pragma max_page_count = ${sql.lit((rows[0]?.page_count ?? 0) + 2)}`.execute(database.kysely);
  // Free pages are used up first.
  for (let isRoom = true; isRoom; )
    isRoom = await sql`insert into filler values (hex(randomblob(500)))`.execute(database.kysely).then(
      () => true,
      () => false,
    );
  setTimeout(async () => {
    await sql`pragma max_page_count = 1000000`.execute(database.kysely);
    await sql`drop table filler`.execute(database.kysely);
  }, 1_000);
}

function stepping(fetch: Fetch): Fetch {
  return async (url, init) => {
    const isToken = String(init?.body ?? "").includes("grant_type=refresh_token");
    if (!isToken) {
      if (init?.method === undefined || init.method === "GET") await reach("owner-check");
      return fetch(url, init);
    }
    await reach("before-send");
    const answering = fetch(url, init);
    if (setup.at?.step === "after-send") {
      // Bitbucket is slowed down by the test, so it is at work by then.
      await new Promise((resolve) => setTimeout(resolve, 400));
      await reach("after-send");
    }
    const answer = await answering;
    await reach("after-answer");
    return answer;
  };
}

/** The transactions of the vault that write to connections' secrets. */
function withSteps(audit: Audit): Audit {
  return {
    prepare: () => audit.prepare(),
    write: (event) => audit.write(event),
    async transaction(work) {
      await reach("before-save");
      const result = await audit.transaction(async (transaction, note) => {
        const done = await work(transaction, note);
        await reach("before-commit");
        return done;
      });
      await reach("after-commit");
      return result;
    },
  };
}

const host = (accessToken: Secret) =>
  openHost(instance, createApi({ instance, fetch: door.fetch, clock, authorize: bearer(accessToken) }));

/** Whether Bitbucket takes it; what kept it from being refused or taken is counted among the failures. */
async function isTaken(token: Secret, failures: Record<string, number>): Promise<boolean> {
  try {
    await host(token).account();
    return true;
  } catch (error) {
    const code = `at the check: ${isWindlassError(error) ? error.code : String(error)}`;
    failures[code] = (failures[code] ?? 0) + 1;
    return false;
  }
}

function byHash(secrets: ReadonlySet<Secret>): ReadonlyMap<string, Secret> {
  return new Map([...secrets].map((secret) => [sha256(secret.reveal()), secret]));
}

async function obey({ connectionIds, callers, jumpSeconds }: Order): Promise<Report> {
  const begun = performance.now();
  const handedOut = new Map<string, Set<Secret>>();
  const failures: Record<string, number> = {};
  let handed = 0;
  const ask = async (connectionId: string) => {
    try {
      const { accessToken } = await vault.token(connectionId, { caller: "test" });
      handed += 1;
      const known = handedOut.get(connectionId) ?? new Set<Secret>();
      handedOut.set(connectionId, known.add(accessToken));
    } catch (error) {
      const code = isWindlassError(error) ? error.code : String(error);
      failures[code] = (failures[code] ?? 0) + 1;
    }
  };
  const asking = connectionIds.flatMap((id) => Array.from({ length: callers }, () => ask(id)));
  if (jumpSeconds !== undefined) clock.advance(jumpSeconds);
  await Promise.all(asking);
  const milliseconds = performance.now() - begun;
  const tokens = new Map([...handedOut].map(([id, secrets]) => [id, byHash(secrets)]));
  const all = [...tokens.values()].flatMap((each) => [...each.values()]);
  const limit = atMost(16);
  const works = await Promise.all(all.map((token) => limit(() => isTaken(token, failures))));
  const working = works.filter(Boolean).length;
  return {
    tokens: Object.fromEntries([...tokens].map(([id, each]) => [id, [...each.keys()]])),
    handed,
    working,
    refused: works.length - working,
    failures,
    milliseconds,
  };
}

process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
const lines = createInterface({ input: process.stdin });
lines.on("line", async (line) => {
  const report = await obey(JSON.parse(line) as Order); // written by the test beside it
  process.stdout.write(`${JSON.stringify({ report })}\n`);
});
await once(lines, "close");
await vault.close();
await record.close();
await door.close();
await database.close();
