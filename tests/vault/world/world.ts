/** Owns a local Bitbucket, a database on one engine, connections in it whose tokens have ended, and processes over it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import { auditKeys } from "../../../src/app/audit-key.ts";
import { type ChainReport, verifyAudit } from "../../../src/audit/verify.ts";
import { randomToken } from "../../../src/base/random.ts";
import { bearer } from "../../../src/bitbucket/api/authorize.ts";
import { createApi } from "../../../src/bitbucket/api/client.ts";
import { cloudInstance } from "../../../src/bitbucket/cloud.ts";
import { openHost } from "../../../src/bitbucket/host/open.ts";
import type { OAuth2Instance } from "../../../src/bitbucket/instance.ts";
import { buildAuthorizationUrl, validateCallback } from "../../../src/bitbucket/oauth2/authorization.ts";
import { exchangeCode } from "../../../src/bitbucket/oauth2/token.ts";
import { dataCenterInstance } from "../../../src/bitbucket/self-hosted.ts";
import { cloudUrls } from "../../../src/cli/emulated-instances.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../../src/emulator/emulator.ts";
import type { Engine } from "../../../src/storage/engine.ts";
import { findConnection, updateConnection } from "../../../src/storage/tables/connections.ts";
import { createVault } from "../../../src/vault/vault.ts";
import { findAmong } from "../../find-among.ts";
import { dataCenterOf, fetch } from "../../flows/data-center-place.ts";
import { testKeyrings } from "../../keyrings.ts";
import { silentRecord } from "../../silent-record.ts";
import { openEngine } from "../../storage/engines.ts";
import { addConnections, addConnectionTo } from "../rig.ts";
import type { Order, Report, Setup } from "./order.ts";

export type Product = "cloud" | "data-center";
export const products: readonly Product[] = ["cloud", "data-center"];

export type World = Awaited<ReturnType<typeof openWorld>>;

export interface WorldOptions {
  readonly engine: Engine;
  readonly product: Product;
  readonly rules?: EmulatorOptions["rules"];
  readonly leaseSeconds?: number;
}

/** Everything ends with the test that opened it. */
export async function openWorld({ engine, product, rules, leaseSeconds = 2 }: WorldOptions) {
  const emulator = await createEmulator({
    autoApprove: "johndoe",
    ...(rules === undefined ? {} : { rules }),
  });
  const { clock } = emulator;
  const stored = await openEngine(engine, { clock });
  const children: Child[] = [];
  onTestFinished(async () => {
    await Promise.all(children.map((child) => child.end()));
    await stored.close();
    await emulator.close();
  });
  const { database, place } = stored;
  const described = describeInstance(emulator, product);
  const instance = instanceOf(described);
  const keyrings = testKeyrings(database, clock);
  const vault = createVault({
    ...silentRecord(database),
    database,
    keyrings,
    clock,
    fetch,
    instances: findAmong(() => [instance]),
  });
  await addConnections(database, clock.now().toISOString());
  const refreshes = () => emulator.control.requests().filter(({ grant }) => grant === "refresh_token");

  return {
    emulator,
    database,
    vault,
    instance,
    /** Connects so many, each with a grant of its own whose access has just ended. */
    async connectEnded(count: number): Promise<string[]> {
      const subject = await subjectOf(emulator, instance);
      const ids = Array.from({ length: count }, (_, number) => `con_ended_${number}`);
      for (const id of ids) {
        await addConnectionTo(database, id);
        await updateConnection(database.kysely, id, { subject, updated_at: clock.now().toISOString() });
        const tokens = await grant(emulator, instance);
        await vault.keep(id, { ...tokens, expiresAt: new Date(clock.now().getTime() - 1_000) });
      }
      return ids;
    },
    /** From now on Bitbucket takes so long to renew. */
    slowDown(delayMilliseconds: number): void {
      const path = product === "cloud" ? "/site/oauth2/access_token" : "/*/oauth2/latest/token";
      emulator.control.addFault({ path, kind: "delay", delayMilliseconds, count: 0 });
    },
    /** Resolves when Bitbucket has nothing to do any more. */
    async isQuiet(): Promise<void> {
      let seen = -1;
      await expect
        .poll(
          () => {
            const before = seen;
            seen = emulator.control.requests().length;
            return seen === before;
          },
          { interval: 400, timeout: 10_000 },
        )
        .toBe(true);
    },
    async state(id: string): Promise<readonly [string, string | null]> {
      const row = await findConnection(database.kysely, id);
      return [row?.state ?? "none", row?.state_reason ?? null];
    },
    /** Requests for a renewal that reached Bitbucket. */
    refreshes: () => refreshes().length,
    /** Those it gave new tokens for. */
    rotations: () => refreshes().filter(({ status }) => status === 200).length,
    /** What is wrong with the record; empty when every chain is whole. */
    async wrongInRecord(): Promise<readonly ChainReport[]> {
      const wrong: ChainReport[] = [];
      for await (const chain of verifyAudit({ database, keys: auditKeys(database, keyrings) }))
        if (chain.problems.length > 0) wrong.push(chain);
      return wrong;
    },
    /** A process of its own over the same database; asks when it is told to. */
    async start(
      change: Partial<Pick<Setup, "at" | "clockAheadSeconds" | "leaseSeconds">> = {},
    ): Promise<Child> {
      const setup: Setup = {
        place,
        instance: described,
        leaseSeconds,
        clockAheadSeconds: 0,
        at: null,
        ...change,
      };
      const child = await startProcess(setup);
      children.push(child);
      return child;
    },
  };
}

function describeInstance(emulator: Emulator, product: Product): Setup["instance"] {
  if (product === "cloud") {
    const [consumer] = emulator.consumers;
    const [clientId, clientSecret] = [consumer?.key ?? "", consumer?.secret ?? ""];
    return { product, clientId, clientSecret, urls: cloudUrls(emulator) };
  }
  const { url: baseUrl, clients } = dataCenterOf(emulator);
  const [link] = clients;
  return { product, clientId: link?.clientId ?? "", clientSecret: link?.clientSecret ?? "", baseUrl };
}

function instanceOf(described: Setup["instance"]): OAuth2Instance {
  if (described.product === "cloud") return cloudInstance(described);
  return dataCenterInstance({ id: "bitbucket", ...described });
}

const redirectUri = "http://localhost:8000/auth/bitbucket/callback";

async function grant(emulator: Emulator, instance: OAuth2Instance) {
  const scopes = instance.product === "cloud" ? ["account"] : ["REPO_READ"];
  const [state, codeVerifier] = [randomToken(), randomToken()];
  const url = await buildAuthorizationUrl(instance, { redirectUri, state, scopes, codeVerifier });
  const back = (await globalThis.fetch(url, { redirect: "manual" })).headers.get("location") ?? "";
  const callback = validateCallback(instance, new URL(back), state);
  return exchangeCode({ instance, fetch, clock: emulator.clock }, { callback, redirectUri, codeVerifier });
}

async function subjectOf(emulator: Emulator, instance: OAuth2Instance): Promise<string | null> {
  const { accessToken } = await grant(emulator, instance);
  const { clock } = emulator;
  const api = createApi({ instance, fetch, clock, authorize: bearer(accessToken) });
  return (await openHost(instance, api).account()).subject;
}

export interface Child {
  readonly process: ChildProcess;
  ask(order: Order): Promise<Report>;
  /** Resolves with the step at which it died or froze. */
  readonly reached: Promise<string>;
  /** Resolves when it is gone. */
  readonly gone: Promise<void>;
  end(): Promise<void>;
}

interface Line {
  readonly ready?: true;
  readonly reached?: string;
  readonly report?: Report;
}

async function startProcess(setup: Setup): Promise<Child> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("process.ts", import.meta.url))], {
    env: { ...process.env, WINDLASS_WORLD: JSON.stringify(setup) },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const gone = once(child, "exit").then(() => {});
  const ready = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<string>();
  const waiting: ((report: Report) => void)[] = [];
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = JSON.parse(text) as Line; // the process beside this file writes nothing else
    if (line.ready) ready.resolve();
    if (line.reached !== undefined) reached.resolve(line.reached);
    if (line.report !== undefined) waiting.shift()?.(line.report);
  });
  await Promise.race([ready.promise, gone]);
  return {
    process: child,
    gone,
    reached: reached.promise,
    ask(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      return new Promise((resolve) => waiting.push(resolve));
    },
    async end() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
