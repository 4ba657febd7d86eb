/** Connecting a project to Bitbucket: consent, workspace, repositories, renewal. */

import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { permissionsToAsk } from "../../src/connections/permissions.ts";
import { buildDemoRepository } from "../../src/emulator/demo/demo-repository.ts";
import { failureOf } from "../bitbucket/recorded.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { openWorkshop, type Workshop, type WorkshopOptions } from "./analysis-workshop.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let repository: string;
const opened: Workshop[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  repository = join(folder.path, "demo");
  await buildDemoRepository(repository, new Date());
});

afterEach(async () => {
  for (const workshop of opened.splice(0)) await workshop.close();
});

afterAll(() => folder.remove());

async function open(emulator: WorkshopOptions["emulator"] = {}): Promise<Workshop> {
  const workshop = await openWorkshop({ emulator });
  opened.push(workshop);
  for (const slug of ["checkout-api", "web-shop", "billing"]) {
    await workshop.emulator.addRepository({ path: repository, workspace: "acme", slug });
  }
  await workshop.emulator.addRepository({ path: repository, workspace: "globex", slug: "inventory" });
  return workshop;
}

const form = (text: string, picked: string[] = [], lookbackDays = 30) => ({ text, picked, lookbackDays });

test("S6: exactly two permissions are asked for, each with its reason", async () => {
  const { rooms, project, userId } = await open();
  const { location } = await rooms.connections.begin({
    projectId: project.id,
    userId,
    instanceId: "bitbucket",
    browserToken: "b",
  });
  expect(new URL(location).searchParams.get("scope")?.split(" ").sort()).toEqual(["account", "repository"]);
  expect(permissionsToAsk({ product: "cloud" })).toMatchObject([
    { scope: "repository", reasons: [expect.stringMatching(/^to read/)] },
    { scope: "account", reasons: [expect.stringMatching(/^to read/)] },
  ]);
});

test("S3, S10: the only workspace is detected and stored, and access is renewed without the person", async () => {
  const { rooms, connect, clock, emulator } = await open();
  const connection = await connect();
  expect(connection).toMatchObject({
    state: "active",
    accountName: "John Doe",
    workspaceSlug: "acme",
    lookbackDays: 30,
  });
  expect([...connection.scopes].sort()).toEqual(["account", "repository"]);
  clock.advance(7_201);
  expect((await rooms.connections.workspaces(connection.id)).workspaces).toHaveLength(1);
  const refreshes = emulator.control.requests().filter(({ grant }) => grant === "refresh_token");
  expect(refreshes).toHaveLength(1);
});

test("S10: of several workspaces the person chooses, by slug or address", async () => {
  const { rooms, connectAs } = await open({ autoApprove: undefined });
  const connection = await connectAs("Jane Roe");
  expect(connection.workspaceSlug).toBeNull();
  const { workspaces, reason } = await rooms.connections.workspaces(connection.id);
  expect(workspaces.map(({ key }) => key).sort()).toEqual(["acme", "globex"]);
  expect(reason).toBeUndefined();
  const chosen = await rooms.connections.chooseWorkspace(connection.id, "https://bitbucket.org/Globex/");
  expect(chosen.workspaceSlug).toBe("globex");
  const failure = await failureOf(rooms.connections.chooseWorkspace(connection.id, "globx"));
  expect(failure).toMatchObject({ code: "connections.workspace_not_found", data: { suggestion: "globex" } });
});

test("S10: without any workspace, or when Bitbucket lists none (410), the person is asked, with the reason", async () => {
  const { rooms, connectAs, emulator } = await open({ autoApprove: undefined });
  const none = await connectAs("Sam Solo");
  expect(none.workspaceSlug).toBeNull();
  expect((await rooms.connections.workspaces(none.id)).reason).toMatch(/member of no workspace/);
  emulator.control.addFault({ path: "/2.0/user/workspaces", kind: "status", status: 410, count: 0 });
  const gone = await connectAs("John Doe");
  expect(gone.workspaceSlug).toBeNull();
  expect(await rooms.connections.workspaces(gone.id)).toEqual({
    workspaces: [],
    reason: expect.stringMatching(/no longer lists workspaces/),
  });
  const saved = await rooms.connections.saveRepositories(gone.id, form("acme/billing"));
  expect(saved.saved).toHaveLength(1);
  expect((await rooms.connections.get(gone.id)).workspaceSlug).toBe("acme");
});

test("S11, S12: lines in every form and ticked repositories are saved once, with the lookback", async () => {
  const { rooms, connect, emulator } = await open();
  const { id } = await connect();
  const { host } = new URL(emulator.urls.bitbucket);
  const text = `ACME/Checkout-API/\r\n\r\nhttp://${host}/acme/web-shop/src/main/\r\ngit@bitbucket.org:acme/checkout-api.git`;
  const { saved, problems, lookbackProblem } = await rooms.connections.saveRepositories(
    id,
    form(text, ["acme/billing", "acme/web-shop"], 90),
  );
  expect({ problems, lookbackProblem }).toEqual({ problems: [], lookbackProblem: null });
  expect(saved.map(({ fullName }) => fullName)).toEqual([
    "acme/billing",
    "acme/checkout-api",
    "acme/web-shop",
  ]);
  expect((await rooms.connections.get(id)).lookbackDays).toBe(90);

  const [kept] = saved.filter(({ slug }) => slug === "billing");
  const second = await rooms.connections.saveRepositories(id, form("acme/billing"));
  expect(second.saved).toEqual([kept]);
});

test("S12: a lookback that is no whole number from 1 to 3650 is refused with a sentence", async () => {
  const { rooms, connect } = await open();
  const { id } = await connect();
  for (const days of [0, 3_651, 1.5, Number.NaN]) {
    const { lookbackProblem, saved } = await rooms.connections.saveRepositories(
      id,
      form("acme/billing", [], days),
    );
    expect(lookbackProblem).toMatch(/whole number of days from 1 to 3650/);
    expect(saved).toEqual([]);
  }
  expect(await rooms.connections.repositories(id)).toEqual([]);
});

test("S11, S22: each bad line is named, near misses are suggested, and nothing is saved until all is well", async () => {
  const { rooms, connect } = await open();
  const { id } = await connect();
  const text =
    "acme/billing\nacme/chekout-api\nweb-shop\nglobex/inventry\nacme/payroll-exporter\nhttps://github.com/a/b\nno-such-thing-at-all";
  const { saved, problems } = await rooms.connections.saveRepositories(id, form(text));
  expect(saved).toEqual([]);
  expect(problems.map(({ line, suggestion }) => [line, suggestion])).toEqual([
    [2, "acme/checkout-api"],
    [3, "acme/web-shop"],
    [4, undefined],
    [5, undefined],
    [6, undefined],
    [7, undefined],
  ]);
  expect(problems[0]?.message).toContain("acme/chekout-api");
  expect(await rooms.connections.repositories(id)).toEqual([]);
});

test("an empty form is told apart from a wrong one", async () => {
  const { rooms, connect } = await open();
  const { id } = await connect();
  expect(await rooms.connections.saveRepositories(id, form(" \r\n "))).toEqual({
    saved: [],
    problems: [],
    lookbackProblem: null,
    nothingChosen: true,
  });
});

test("the list of repositories is searched and paged, and a page leads to no other call", async () => {
  const workshop = await open();
  const { rooms, connect, emulator } = workshop;
  for (let number = 0; number < 105; number += 1) {
    await emulator.addRepository({ path: repository, workspace: "acme", slug: `service-${number}` });
  }
  const { id } = await connect();
  const first = await rooms.connections.findRepositories(id);
  expect(first.repositories).toHaveLength(100);
  expect(first.next).toMatch(/^\?/);
  const second = await rooms.connections.findRepositories(id, { page: first.next ?? "" });
  expect(second.repositories).toHaveLength(8);
  expect(second.next).toBeNull();
  const found = await rooms.connections.findRepositories(id, { query: "checkout" });
  expect(found.repositories.map(({ fullName }) => fullName)).toEqual(["acme/checkout-api"]);
  for (const page of ["https://evil.example/?x", "/../user", "?a b"]) {
    expect(await failureOf(rooms.connections.findRepositories(id, { page }))).toMatchObject({
      code: "bitbucket.bad_page",
    });
  }
}, 60_000);

test("S20: revoked at Bitbucket, the connection asks to be renewed, and the same account renews it", async () => {
  const { rooms, connect, emulator, clock } = await open();
  const { id } = await connect();
  emulator.control.revoke({ username: "johndoe" });
  expect(await failureOf(rooms.connections.findRepositories(id))).toMatchObject({ code: "vault.suspect" });
  clock.advance(360);
  expect(await failureOf(rooms.connections.findRepositories(id))).toMatchObject({ reaction: "stale" });
  expect((await rooms.connections.get(id)).state).toBe("reconnect");
  const renewed = await connect(id);
  expect(renewed).toMatchObject({ id, state: "active", stateReason: null });
  expect((await rooms.connections.findRepositories(id)).repositories.length).toBeGreaterThan(0);
});

test("renewing with another account is refused by name and changes nothing", async () => {
  const { rooms, connectAs } = await open({ autoApprove: undefined });
  const { id } = await connectAs("John Doe");
  const failure = await failureOf(connectAs("Jane Roe", id));
  expect(failure).toMatchObject({ code: "connections.other_person" });
  expect(String(failure)).toMatch(/John Doe.*Jane Roe/);
  expect((await rooms.connections.findRepositories(id)).repositories).toHaveLength(3);
  expect((await rooms.connections.get(id)).accountName).toBe("John Doe");
});

test("another project's connection cannot be renewed, and a disconnected one hands out nothing", async () => {
  const { rooms, connect, userId } = await open();
  const { id } = await connect();
  const other = await rooms.projects.create({ name: "Other", userId });
  const departure = {
    projectId: other.id,
    userId,
    instanceId: "bitbucket",
    browserToken: "b",
    connectionId: id,
  };
  expect(await failureOf(rooms.connections.begin(departure))).toMatchObject({
    code: "connections.not_found",
  });
  await rooms.connections.disconnect(id);
  expect((await rooms.connections.get(id)).state).toBe("disconnected");
  expect(await failureOf(rooms.connections.findRepositories(id))).toMatchObject({ reaction: "stale" });
});

test("every call of a connection is counted", async () => {
  const { rooms, connect, emulator } = await open();
  const { id } = await connect();
  await rooms.connections.findRepositories(id);
  const sent = emulator.control.requests().filter(({ origin }) => origin === "api").length;
  expect(await rooms.budget.used("bitbucket")).toBe(sent);
});
