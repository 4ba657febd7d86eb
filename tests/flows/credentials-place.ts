/** Owns an app wired whole, without its web face, beside an emulator of every product: for flows of each kind of credential. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "vitest";
import { createApp } from "../../src/app/app.ts";
import { type ConfigInput, parseConfig } from "../../src/app/config.ts";
import { cloudUrls, selfHostedInstances } from "../../src/cli/emulated-instances.ts";
import type { Connection } from "../../src/connections/connection.ts";
import type { CredentialEntry } from "../../src/connections/connections.ts";
import { buildDemoRepository } from "../../src/emulator/demo/demo-repository.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { temporaryFolder } from "../histories/folders.ts";

const origin = "http://localhost:8000";
const browserToken = "a-browser";

export type Place = Awaited<ReturnType<typeof openPlace>>;

/** The instances: `bitbucket`, `automation` (Cloud with a private consumer), `data-center` and `server`. */
export async function openPlace(options: EmulatorOptions = {}, more: Partial<ConfigInput> = {}) {
  const folder = await temporaryFolder();
  const path = join(folder.path, "checkout-api");
  await buildDemoRepository(path, new Date());
  const emulator = await createEmulator({
    autoApprove: "johndoe",
    callbackUrl: `${origin}/auth/bitbucket/callback`,
    repositories: [{ path, workspace: "acme", slug: "checkout-api" }],
    ...options,
  });
  const app = await createApp(configFor(emulator, more), { clock: emulator.clock });
  const { user } = await signIn(app, "bitbucket");
  const project = await app.projects.create({ name: "Shop", userId: user.id });
  return {
    emulator,
    app,
    clock: emulator.clock,
    project,
    /** The person a browser signs in as. */
    signIn: (instanceId: string) => signIn(app, instanceId),
    /** By consent, which is given at once. */
    connect: async (instanceId: string, connectionId?: string): Promise<Connection> => {
      const trip = { instanceId, projectId: project.id, userId: user.id, browserToken, connectionId };
      const { location } = await app.connections.begin(trip);
      const callback = await sentBack(location);
      return app.connections.complete(
        await app.handshakes.complete({ instanceId, callback, browserToken, userId: user.id }),
      );
    },
    enter: (entry: Omit<CredentialEntry, "projectId">): Promise<Connection> =>
      app.connections.enter({ ...entry, projectId: project.id }),
    /** As the person who presses "Run analysis", to the end. */
    async analyse(connectionId: string) {
      const order = { projectId: project.id, connectionId, startedBy: user.id, lookbackDays: 3650 };
      const id = await app.analyses.start(order);
      await app.analyses.idle();
      return app.analyses.get(id, { pageSize: 200 });
    },
    truth: countsByGit(path),
    async close() {
      await app.close();
      await emulator.close();
      await folder.remove();
    },
  };
}

function configFor(emulator: Emulator, more: Partial<ConfigInput>) {
  const at = cloudUrls(emulator);
  const [cloud, automation] = emulator.consumers;
  const selfHosted = emulator.dataCenter === null ? {} : selfHostedInstances(emulator);
  return parseConfig({
    baseUrl: origin,
    database: ":memory:",
    // The emulator's Server is also set up by hand.
    network: { allow: ["127.0.0.0/8"] },
    ...more,
    instances: {
      bitbucket: {
        clientId: cloud?.key ?? "",
        clientSecret: cloud?.secret ?? "",
        urls: at,
        sharesConsumer: true,
      },
      automation: {
        clientId: automation?.key ?? "",
        clientSecret: automation?.secret ?? "",
        urls: at,
        sharesConsumer: true,
      },
      ...selfHosted,
    },
  });
}

type App = Awaited<ReturnType<typeof createApp>>;

async function signIn(app: App, instanceId: string) {
  const { scopes } = await app.instances.find(instanceId);
  const trip = { instanceId, purpose: "sign-in" as const, returnTo: "/", scopes, browserToken };
  const { location } = await app.handshakes.begin(trip);
  const callback = await sentBack(location);
  const { tokens } = await app.handshakes.complete({ instanceId, callback, browserToken });
  const { sessionToken, profile } = await app.signin.signIn({ instanceId, tokens });
  const session = await app.sessions.find(sessionToken);
  if (session === null) throw new Error("no session was begun");
  return { user: session.user, profile };
}

/** Follows a browser until it is sent back to us, where nobody listens. */
async function sentBack(location: string): Promise<URL> {
  let url = new URL(location);
  for (let hops = 0; hops < 10; hops += 1) {
    const answer = await fetch(url, { redirect: "manual" });
    url = new URL(answer.headers.get("location") ?? "about:blank#not-sent-back", url);
    if (url.origin === origin) return url;
  }
  throw new Error(`not sent back: ${url}`);
}

/** Reads the repository through the connection, as the wizard and an analysis do; the counts have to be git's. */
export async function expectReadable(
  place: Place,
  { id, instanceId }: Connection,
  repository = "acme/checkout-api",
): Promise<void> {
  const { connections } = place.app;
  const workspace = repository.split("/")[0] ?? "";
  if ((await connections.get(id)).workspaceSlug === null) await connections.chooseWorkspace(id, workspace);
  const listed = await connections.findRepositories(id);
  expect(listed.repositories.map(({ fullName }) => fullName)).toEqual([repository]);
  const form = { text: repository, picked: [], lookbackDays: 3650 };
  expect((await connections.saveRepositories(id, form)).problems).toEqual([]);
  const analysis = await place.analyse(id);
  expect(analysis, instanceId).toMatchObject({ state: "done", failure: null });
  const counts = analysis.commits.items.map(({ hash, files }): [string, string[]] => [
    hash,
    (files ?? []).map(({ linesAdded, linesRemoved }) => `${linesAdded} ${linesRemoved}`).sort(),
  ]);
  expect(new Map(counts)).toEqual(place.truth);
}

/** `git diff-tree --numstat -M` of every commit against its first parent; `-` of binary files as Bitbucket's 0. */
function countsByGit(repository: string): Map<string, string[]> {
  const git = (...args: string[]) => execFileSync("git", ["-C", repository, ...args], { encoding: "latin1" });
  const commits = git("rev-list", "--parents", "HEAD").trim().split("\n");
  return new Map(
    commits.map((line) => {
      const [hash = "", parent] = line.split(" ");
      const range = parent === undefined ? ["--root", hash] : [parent, hash];
      const files = git("diff-tree", "-r", "-M", "--numstat", "--no-commit-id", ...range);
      const counts = files.split("\n").filter(Boolean);
      return [hash, counts.map((row) => row.split("\t").slice(0, 2).join(" ").replaceAll("-", "0")).sort()];
    }),
  );
}
