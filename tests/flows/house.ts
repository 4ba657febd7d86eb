/** Owns the rooms from the handshake to the vault, wired as an app wires them, over a real file and a local Bitbucket. */
import { openDoor } from "../../src/base/http/door.ts";
import type { Log } from "../../src/base/log.ts";
import { newId, randomToken } from "../../src/base/random.ts";
import { cloudInstance } from "../../src/bitbucket/cloud.ts";
import type { CloudInstance, Instance } from "../../src/bitbucket/instance.ts";
import { cloudUrls } from "../../src/cli/emulated-instances.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { createHandshakes, type HandshakeStart } from "../../src/handshake/handshake.ts";
import { createProjects } from "../../src/projects/projects.ts";
import { createSessions } from "../../src/sessions/sessions.ts";
import { createSignin } from "../../src/signin/signin.ts";
import { insertConnection } from "../../src/storage/tables/connections.ts";
import { createVault } from "../../src/vault/vault.ts";
import { findAmong, redirectUriAt } from "../find-among.ts";
import { testKeyrings } from "../keyrings.ts";
import { silentRecord } from "../silent-record.ts";
import { chosenEngine, openEngine } from "../storage/engines.ts";

export const baseUrl = "http://localhost:8000";

export type House = Awaited<ReturnType<typeof openHouse>>;

/** The consumer an app would be given, at the URLs where this emulator answers. */
export function instanceAt(emulator: Emulator): CloudInstance {
  const [consumer] = emulator.consumers;
  return cloudInstance({
    clientId: consumer?.key ?? "",
    clientSecret: consumer?.secret ?? "",
    urls: cloudUrls(emulator),
  });
}

/** Opens everything; {@link House.close} ends and removes it. The house runs on the emulator's clock. */
export async function openHouse(options: EmulatorOptions = {}) {
  const emulator = await createEmulator({ autoApprove: "johndoe", ...options });
  const { clock } = emulator;
  const opened = await openEngine(chosenEngine(), { clock });
  const { database } = opened;
  const keyrings = testKeyrings(database, clock);
  const logged: unknown[] = [];
  const write = (...event: unknown[]) => void logged.push(event);
  const log: Log = { info: write, warn: write, error: write };
  const known = new Map<string, Instance>([["bitbucket", instanceAt(emulator)]]);
  const world = {
    database,
    keyrings,
    clock,
    log,
    baseUrl,
    fetch: openDoor(),
    instances: findAmong(() => known.values()),
    redirectUri: redirectUriAt(baseUrl),
  };
  const sessions = createSessions({ database, clock });

  return {
    emulator,
    clock,
    database,
    logged,
    sessions,
    /** To be moved to another emulator: the instance stays the same, its addresses change. */
    known,
    handshakes: createHandshakes(world),
    signin: createSignin({ ...world, ...silentRecord(database), sessions }),
    projects: createProjects({ ...world, ...silentRecord(database), async onRemoved() {} }),
    vault: createVault({ ...world, ...silentRecord(database) }),
    /** Another process over the same file. */
    vaultBeside: () => createVault({ ...world, ...silentRecord(database) }),
    /** Every byte of the database, its log included. */
    bytes: () => opened.bytes(),
    async close() {
      await opened.close();
      await emulator.close();
    },
  };
}

/** What a browser does between leaving us and coming back: follows the one redirect. */
export async function travel(location: string): Promise<URL> {
  const answer = await globalThis.fetch(location, { redirect: "manual" });
  return new URL(answer.headers.get("location") ?? "about:blank#not-sent-back");
}

/** To Bitbucket and back in one browser. */
export async function roundTrip(
  { handshakes }: Pick<House, "handshakes">,
  start: Partial<HandshakeStart> = {},
) {
  const browserToken = randomToken();
  const instanceId = "bitbucket";
  const { location } = await handshakes.begin({
    instanceId,
    purpose: "sign-in",
    returnTo: "/",
    browserToken,
    ...start,
  });
  const callback = await travel(location);
  return handshakes.complete({ instanceId, callback, browserToken, userId: start.userId });
}

/** Signs in as whoever the emulator approves for. */
export async function signIn(house: House, previousSessionId?: string) {
  const { instanceId, tokens } = await roundTrip(house);
  return house.signin.signIn({ instanceId, tokens, previousSessionId });
}

/** A connection of a fresh project, with its tokens in the vault. */
export async function connect(house: House): Promise<string> {
  const { userId, profile } = await signIn(house);
  const { id: projectId } = await house.projects.create({ name: "Shop", userId });
  const { tokens } = await roundTrip(house, {
    purpose: "connect",
    userId,
    projectId,
    scopes: ["repository", "account"],
  });
  const id = newId("con");
  const now = house.clock.now().toISOString();
  await insertConnection(house.database.kysely, {
    id,
    project_id: projectId,
    instance_id: "bitbucket",
    kind: "oauth2",
    login: null,
    git_user: null,
    state: "active",
    state_reason: null,
    subject: profile.id,
    account_name: profile.displayName ?? "",
    scopes: tokens.scopes.join(" "),
    workspace_slug: null,
    workspace_id: null,
    ends_at: null,
    lookback_days: 30,
    created_at: now,
    updated_at: now,
  });
  await house.vault.keep(id, tokens);
  return id;
}
