/** Owns a vault over a real file, on a clock that stands still, before a token endpoint that does as it is told. */

import { expect } from "vitest";
import type { HandOuts } from "../../src/audit/hand-outs.ts";
import type { Clock } from "../../src/base/clock.ts";
import type { Fetch } from "../../src/base/http/door.ts";
import type { Log } from "../../src/base/log.ts";
import { Secret } from "../../src/base/secret.ts";
import { cloudInstance } from "../../src/bitbucket/cloud.ts";
import type { Database } from "../../src/storage/database.ts";
import { claimLease, findSecrets } from "../../src/storage/tables/connection-secrets.ts";
import { findConnection } from "../../src/storage/tables/connections.ts";
import { createVault, type Vault, type VaultParts } from "../../src/vault/vault.ts";
import { anyCall, findAmong } from "../find-among.ts";
import { frozenClock } from "../frozen-clock.ts";
import { testKeyrings } from "../keyrings.ts";
import { silentRecord } from "../silent-record.ts";
import { chosenEngine, openEngine } from "../storage/engines.ts";
import { addConnections } from "./connections.ts";

export type VaultRig = Awaited<ReturnType<typeof openVaultRig>>;

/** A vault that keeps `access-0` and `refresh-0` for two hours in `con_1`; `con_2` is empty. */
export async function openVaultRig() {
  const clock = frozenClock();
  const opened = await openEngine(chosenEngine(), { clock });
  const { database, place: path } = opened;
  const endpoint = rotatingEndpoint();
  const logged: unknown[] = [];
  const write = (...event: unknown[]) => void logged.push(event);
  const log: Log = { info: write, warn: write, error: write };
  const bitbucket = cloudInstance({ clientId: "key", clientSecret: "consumer-secret" });
  const instances = findAmong(() => [bitbucket]);
  const record = watchedHandOuts();
  const { handOuts } = record;
  /** A vault with an empty memory, over this file or over another handle of it, some of its parts changed. */
  const anotherVault = (over: Database = database, change: Partial<VaultParts> = {}) =>
    createVault({
      database: over,
      keyrings: testKeyrings(over, clock),
      ...silentRecord(over),
      handOuts,
      clock,
      log,
      fetch: endpoint.fetch,
      instances,
      leaseSeconds: 2,
      ...change,
    });
  const granted = (name: string, seconds: number | null = 7200) => ({
    accessToken: new Secret(`access-${name}`),
    refreshToken: new Secret(`refresh-${name}`),
    expiresAt: seconds === null ? null : new Date(clock.now().getTime() + seconds * 1000),
  });
  const vault = anotherVault();
  await addConnections(database, clock.now().toISOString());
  await vault.keep("con_1", granted("0"));

  return {
    clock,
    path,
    database,
    vault,
    anotherVault,
    endpoint,
    logged,
    granted,
    /** Who was handed a token, in order. */
    handedOut: record.handedOut,
    /** From now on nothing can be recorded. */
    refuseRecord: record.refuse,
    parts: { database, clock, log },
    leaveInTheMiddle: (connectionId: string) => leaveInTheMiddle(database, clock, connectionId),
    /** The header handed out for `con_1`; `rejected` is the access token Bitbucket has just refused. */
    async call(rejected?: string, from: Vault = vault): Promise<string> {
      const header = rejected === undefined ? undefined : new Secret(`Bearer ${rejected}`);
      return (await from.authorize("con_1")({ ...anyCall, rejected: header })).reveal();
    },
    /** Calls until this header is handed out: a renewal may go on behind a token that is still good. */
    async callsUntil(header: string): Promise<void> {
      await expect.poll(() => this.call(), { interval: 5, timeout: 2_000 }).toBe(header);
    },
    async state() {
      const row = await findConnection(database.kysely, "con_1");
      return [row?.state, row?.state_reason];
    },
    /** Every byte of the database, its log included. */
    bytes: () => opened.bytes(),
    async close() {
      await opened.close();
    },
  };
}

function watchedHandOuts() {
  const handedOut: string[] = [];
  let isRefused = false;
  const handOuts: HandOuts = {
    note({ caller }) {
      handedOut.push(caller);
      return isRefused ? Promise.reject(new Error("no record")) : undefined;
    },
  };
  return {
    handOuts,
    handedOut,
    refuse() {
      isRefused = true;
    },
  };
}

/** As a process leaves it that is killed after asking Bitbucket and before saving what it answered. */
async function leaveInTheMiddle({ kysely }: Database, clock: Clock, connectionId: string): Promise<void> {
  const row = await findSecrets(kysely, connectionId);
  const now = clock.now();
  const lease_expires_at = new Date(now.getTime() + 2_000).toISOString();
  const claim = { lease_owner: "process_killed", lease_expires_at, asked_at: now.toISOString() };
  expect(row !== undefined && (await claimLease(kysely, row, claim))).toBe(true);
}

interface TokenEndpoint {
  /** The refresh tokens presented, in order. */
  readonly presented: string[];
  /** The refresh tokens that work. */
  working: Set<string>;
  /** Whose tokens it gives, as the user's own answer says. */
  owner: string;
  /** Whether key and secret are taken; told by how a made-up code is refused. */
  takesSecret: boolean;
  /** In place of the regular answer. */
  answer: ((presented: string) => Response | Promise<Response>) | null;
  regularAnswer(presented: string): Response;
  readonly fetch: Fetch;
}

/** Rotates strictly: each refresh token works once, and the next is numbered one higher. */
function rotatingEndpoint(): TokenEndpoint {
  let issued = 0;
  const endpoint: TokenEndpoint = {
    presented: [],
    working: new Set(["refresh-0"]),
    owner: "a-b",
    takesSecret: true,
    answer: null,
    regularAnswer(presented) {
      if (!endpoint.working.delete(presented)) return refusal();
      issued += 1;
      endpoint.working.add(`refresh-${issued}`);
      return Response.json({
        access_token: `access-${issued}`,
        refresh_token: `refresh-${issued}`,
        token_type: "bearer",
        expires_in: 7200,
        scope: "account",
      });
    },
    fetch: async (_url, init) => {
      if (init?.method !== "POST")
        return Response.json({ type: "user", uuid: `{${endpoint.owner}}`, display_name: "Ada" });
      const form = new URLSearchParams(String(init.body));
      if (form.get("grant_type") === "authorization_code")
        return endpoint.takesSecret ? unknownCode() : refusal();
      const presented = form.get("refresh_token") ?? "";
      endpoint.presented.push(presented);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return endpoint.answer === null ? endpoint.regularAnswer(presented) : endpoint.answer(presented);
    },
  };
  return endpoint;
}

function unknownCode(): Response {
  const body = { error_description: "The specified code is not valid.", error: "invalid_grant" };
  return Response.json(body, { status: 400 });
}

/** What Bitbucket says to a refresh token that was rotated away, and to a wrong consumer secret. */
function refusal(): Response {
  const body = { error_description: "Invalid OAuth client credentials", error: "unauthorized_client" };
  return Response.json(body, { status: 400 });
}
