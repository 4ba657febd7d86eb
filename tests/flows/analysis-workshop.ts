/** Owns a whole app below the web, beside an emulator on one clock: for flows of connections and analyses. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createAnalyses } from "../../src/analyses/analyses.ts";
import { type ShiftableClock, shiftableClock } from "../../src/base/clock.ts";
import type { Fetch } from "../../src/base/http/door.ts";
import { openNodeDoor } from "../../src/base/http/node-door.ts";
import { cloudInstance } from "../../src/bitbucket/cloud.ts";
import { createBudget } from "../../src/budget/budget.ts";
import { cloudUrls } from "../../src/cli/emulated-instances.ts";
import { type Connections, createConnections } from "../../src/connections/connections.ts";
import { nearestRepository } from "../../src/connections/repositories.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { createHandshakes } from "../../src/handshake/handshake.ts";
import { createProjects } from "../../src/projects/projects.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { insertUser } from "../../src/storage/tables/users.ts";
import { createVault } from "../../src/vault/vault.ts";
import { findAmong, redirectUriAt } from "../find-among.ts";
import { testKeyrings } from "../keyrings.ts";
import { silentRecord } from "../silent-record.ts";
import { chosenEngine, makePlace } from "../storage/engines.ts";
import { newBrowser } from "./analysis-browser.ts";

const instanceId = "bitbucket";
const browserToken = "a-browser";
const userId = "usr_ada";

/** An emulator in this process, or what one in its own process says of itself. */
export interface LocalBitbucket {
  readonly clock: ShiftableClock;
  readonly urls: Pick<Emulator["urls"], "bitbucket" | "api">;
  readonly consumers: readonly Pick<Emulator["consumers"][number], "key" | "secret" | "callbackUrl">[];
}

export interface WorkshopOptions {
  readonly emulator?: EmulatorOptions;
  /** Default `:memory:`, or a database of its own on the engine that was chosen. */
  readonly path?: string;
  readonly parallelCalls?: number;
  /** Stands between the app and the network. */
  readonly watch?: (fetch: Fetch) => Fetch;
  /** Ticks on the consumer; default all of the default seed's. */
  readonly consumer?: Pick<Emulator["consumers"][number], "key" | "secret" | "callbackUrl">;
}

/** The app's rooms on one database; several can be opened one after the other, as a process is restarted. */
export async function openRooms(emulator: LocalBitbucket, options: WorkshopOptions = {}) {
  const { clock } = emulator;
  const consumer = options.consumer ?? emulator.consumers[0];
  const instance = cloudInstance({
    id: instanceId,
    clientId: consumer?.key ?? "",
    clientSecret: consumer?.secret ?? "",
    urls: cloudUrls(emulator),
  });
  const door = openNodeDoor({ network: { allow: ["127.0.0.0/8", "::1"] } });
  const fetch = options.watch?.(door.fetch) ?? door.fetch;
  const { place, remove } = await placeOf(options);
  const database = await openDatabase(place, { clock });
  const keyrings = testKeyrings(database, clock);
  const instances = findAmong(() => [instance]);
  const world = { database, keyrings, clock, fetch, instances };
  const vault = createVault({ ...world, ...silentRecord(database) });
  const baseUrl = new URL(consumer?.callbackUrl ?? "").origin;
  const handshakes = createHandshakes({ ...world, baseUrl, redirectUri: redirectUriAt(baseUrl) });
  const budget = createBudget(world);
  const projects = createProjects({ ...world, ...silentRecord(database), async onRemoved() {} });
  const connections = createConnections({ ...world, vault, handshakes, budget });
  const analyses = createAnalyses({
    ...world,
    host: connections.host,
    nearest: nearestRepository,
    budget,
    ...(options.parallelCalls === undefined ? {} : { parallelCalls: options.parallelCalls }),
  });
  let closed: Promise<void> | undefined;
  return {
    database,
    budget,
    handshakes,
    projects,
    connections,
    analyses,
    /** Once or twice: a test that restarts closes what it leaves. */
    close() {
      closed ??= (async () => {
        await analyses.close();
        await door.close();
        await database.close();
        await remove();
      })();
      return closed;
    },
  };
}

async function placeOf({ path }: WorkshopOptions) {
  if (path === undefined && chosenEngine() === "postgres") return makePlace("postgres");
  return { place: path ?? ":memory:", remove: async () => {} };
}

export type Rooms = Awaited<ReturnType<typeof openRooms>>;

/** An emulator and an app with a user and a project. */
export async function openWorkshop(options: WorkshopOptions = {}) {
  const clock: ShiftableClock = options.emulator?.clock ?? shiftableClock();
  const landing = await openLanding();
  const { callbackUrl } = landing;
  const emulator = await createEmulator({ autoApprove: "johndoe", clock, callbackUrl, ...options.emulator });
  const rooms = await openRooms(emulator, options);
  const project = await plantProject(rooms, clock);
  return {
    clock,
    emulator,
    rooms,
    project,
    userId,
    connect: (connectionId?: string) => connect(rooms, project.id, { connectionId }),
    connectAs: (displayName: string, connectionId?: string) =>
      connect(rooms, project.id, { connectionId, person: { displayName, origin: emulator.urls.bitbucket } }),
    async close() {
      await rooms.close();
      await emulator.close();
      landing.close();
    },
  };
}

/** A user with a project. */
export async function plantProject(rooms: Rooms, clock: ShiftableClock) {
  const now = clock.now().toISOString();
  await insertUser(rooms.database.kysely, {
    id: userId,
    display_name: "Ada",
    email: null,
    email_verified: 0,
    avatar_url: null,
    created_at: now,
    last_signed_in_at: now,
  });
  return rooms.projects.create({ name: "Shop", userId });
}

/** Where browsers come back to; only the address matters. */
async function openLanding() {
  const server = createServer((_, answer) => answer.end("back")).listen(0, "127.0.0.1");
  await once(server, "listening");
  // A TCP server's address is one.
  const { port } = server.address() as AddressInfo;
  return {
    callbackUrl: `http://127.0.0.1:${port}/auth/${instanceId}/callback`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export type Workshop = Awaited<ReturnType<typeof openWorkshop>>;

interface Trip {
  readonly connectionId?: string | undefined;
  /** Who clicks "Grant access"; nobody where the emulator approves by itself. */
  readonly person?: { readonly displayName: string; readonly origin: string };
}

/** The trip to Bitbucket and back. */
export async function connect(
  rooms: Rooms,
  projectId: string,
  trip: Trip,
): ReturnType<Connections["complete"]> {
  const { connectionId } = trip;
  const departure = { projectId, userId, instanceId, browserToken, connectionId };
  const { location } = await rooms.connections.begin(departure);
  const callback = await (trip.person === undefined
    ? approvedByItself(location)
    : grantedBy(trip.person, location));
  const arrival = await rooms.handshakes.complete({ instanceId, callback, browserToken, userId });
  return rooms.connections.complete(arrival);
}

/** One redirect, to an address nobody need be listening at. */
async function approvedByItself(location: string): Promise<URL> {
  const answer = await globalThis.fetch(location, { redirect: "manual" });
  return new URL(answer.headers.get("location") ?? "");
}

async function grantedBy(
  { displayName, origin }: NonNullable<Trip["person"]>,
  location: string,
): Promise<URL> {
  const browser = newBrowser();
  const signIn = await browser.open(`${origin}/account/signin/?${new URLSearchParams({ next: location })}`);
  const person = new RegExp(`name="person" value="([^"]+)">${displayName}<`).exec(signIn.html)?.[1] ?? "";
  const { pathname, search } = new URL(location);
  const consent = await browser.submit(signIn, "/account/signin/", { person, next: pathname + search });
  return (await browser.submit(consent, pathname + search, { decision: "grant" })).url;
}

/** Chooses repositories and runs an analysis to its end. */
export async function analyse(
  rooms: Rooms,
  order: {
    readonly projectId: string;
    readonly connectionId: string;
    readonly repositories?: string;
    readonly lookbackDays?: number;
    readonly errorText?: string;
  },
) {
  const { connectionId, projectId, repositories, lookbackDays = 3_650, errorText } = order;
  if (repositories !== undefined) {
    const form = { text: repositories, picked: [], lookbackDays };
    const saved = await rooms.connections.saveRepositories(connectionId, form);
    if (saved.problems.length > 0) throw new Error(JSON.stringify(saved.problems));
  }
  const id = await rooms.analyses.start({
    projectId,
    connectionId,
    startedBy: userId,
    lookbackDays,
    ...(errorText === undefined ? {} : { errorText }),
  });
  await rooms.analyses.idle();
  return rooms.analyses.get(id, { pageSize: 200 });
}

/** The result as a script would read it. */
export async function readResult(rooms: Rooms, id: string) {
  let text = "";
  for await (const part of rooms.analyses.result(id)) text += part;
  // The tests check what they use of it.
  return JSON.parse(text) as Awaited<ReturnType<Rooms["analyses"]["get"]>> & {
    readonly commits: Awaited<ReturnType<Rooms["analyses"]["get"]>>["commits"]["items"];
  };
}
