/** Every kind of credential: connects, lists where the code is, reads a repository, and runs an analysis with git's own counts. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failureOf } from "../failure.ts";
import { expectReadable, openPlace, type Place } from "./credentials-place.ts";

let place: Place;

beforeAll(async () => {
  place = await openPlace();
});

afterAll(() => place?.close());

describe("Bitbucket Cloud", () => {
  test("S1: OAuth 2 connects and reads", async () => {
    const connection = await place.connect("bitbucket");
    expect(connection).toMatchObject({
      kind: "oauth2",
      state: "active",
      accountName: "John Doe",
      workspaceSlug: "acme",
      login: null,
      endsAt: null,
      gitUser: "x-token-auth",
    });
    expect([...connection.scopes].sort()).toEqual(["account", "repository"]);
    await expectReadable(place, connection);
  });

  test("S1: an API token connects and reads, beside the e-mail address", async () => {
    const [john] = place.emulator.people;
    const [token] = john?.apiTokens ?? [];
    const connection = await place.enter({
      instanceId: "bitbucket",
      kind: "api-token",
      login: " user@example.com ",
      secret: `\t${token?.token}\r\n`,
      endsOn: token?.expiresAt?.slice(0, 10),
    });
    expect(connection).toMatchObject({
      kind: "api-token",
      login: "user@example.com",
      state: "active",
      accountName: "John Doe",
      workspaceSlug: "acme",
      gitUser: "x-bitbucket-api-token-auth",
    });
    expect(connection.endsAt?.toISOString().slice(0, 10)).toBe(token?.expiresAt?.slice(0, 10));
    await expectReadable(place, connection);
  });

  test.each([
    { of: "workspace", scopes: ["account", "project", "repository"], at: {} },
    { of: "project", scopes: ["project", "repository"], at: { project: "ACME" } },
    { of: "repository", scopes: ["repository"], at: { repository: "checkout-api" } },
  ] as const)("an access token of a $of connects and reads, as a bot", async ({ scopes, at }) => {
    const made = place.emulator.control.addAccessToken({
      workspace: "acme",
      name: "CI",
      scopes: [...scopes],
      ...at,
    });
    const where = "repository" in at ? "acme/checkout-api" : "acme";
    const connection = await place.enter({
      instanceId: "bitbucket",
      kind: "access-token",
      secret: made.token,
      place: where,
    });
    expect(connection).toMatchObject({
      kind: "access-token",
      login: null,
      state: "active",
      gitUser: "x-token-auth",
    });
    expect(connection.accountName).toContain(where);
    await expectReadable(place, connection);
    expect((await place.app.connections.get(connection.id)).state).toBe("active");
  });

  test("G12: a private consumer connects as itself and reads, and its access is renewed without anybody", async () => {
    const { app, project, emulator, clock } = place;
    const connection = await app.connections.connectAsConsumer({
      instanceId: "automation",
      projectId: project.id,
    });
    expect(connection).toMatchObject({ kind: "client-credentials", state: "active" });
    await expectReadable(place, connection);
    const asked = () =>
      emulator.control.requests().filter(({ grant }) => grant === "client_credentials").length;
    const before = asked();
    clock.advance(7_201);
    expect((await app.connections.findRepositories(connection.id)).repositories).toHaveLength(1);
    expect(asked() - before).toBe(1);
  });

  test("a consumer that is not private is told so, and nothing is kept", async () => {
    const { app, project } = place;
    const before = await app.connections.list(project.id);
    const failure = await failureOf(
      app.connections.connectAsConsumer({ instanceId: "bitbucket", projectId: project.id }),
    );
    expect(failure).toMatchObject({ code: "bitbucket.consumer_public" });
    expect(await app.connections.list(project.id)).toHaveLength(before.length);
  });
});

describe("Data Center", () => {
  test("OAuth 2 connects and reads, and renews itself with tokens that rotate", async () => {
    const { app, clock, emulator } = place;
    const connection = await place.connect("data-center");
    expect(connection).toMatchObject({
      kind: "oauth2",
      state: "active",
      accountName: "John Doe",
      scopes: ["REPO_READ"],
    });
    await expectReadable(place, connection, "ACME/checkout-api");
    for (let round = 0; round < 2; round += 1) {
      clock.advance(7_201);
      expect((await app.connections.findRepositories(connection.id)).repositories).toHaveLength(1);
    }
    const refreshes = emulator.control
      .requests()
      .filter(({ origin, grant }) => origin === "dataCenter" && grant === "refresh_token");
    expect(refreshes).toHaveLength(2);
  });

  test("a project is taken as it is typed, and repositories in either case", async () => {
    const { app } = place;
    const { id } = await place.connect("data-center");
    await app.connections.chooseWorkspace(id, "acme");
    const form = { text: "acme/Checkout-API", picked: [], lookbackDays: 30 };
    const { saved, problems } = await app.connections.saveRepositories(id, form);
    expect(problems).toEqual([]);
    expect(saved.map(({ fullName }) => fullName)).toEqual(["ACME/checkout-api"]);
  });
});

describe("HTTP access tokens", () => {
  test.each(["data-center", "server"] as const)(
    "of a person at %s connects and reads",
    async (instanceId) => {
      const { dataCenter, server } = place.emulator;
      const [token] = (instanceId === "server" ? server : dataCenter)?.tokens ?? [];
      const connection = await place.enter({
        instanceId,
        kind: "http-access-token",
        secret: token?.token ?? "",
      });
      expect(connection).toMatchObject({
        kind: "http-access-token",
        login: null,
        state: "active",
        accountName: "John Doe",
        endsAt: null,
        scopes: [],
        gitUser: token?.person,
      });
      await expectReadable(place, connection, "ACME/checkout-api");
    },
  );

  test.each([{ project: "ACME" }, { repository: "ACME/checkout-api" }])(
    "of %o connects and reads, as a bot",
    async (of) => {
      const token = await makeHttpToken({ ...of, permissions: ["REPO_READ"] });
      const connection = await place.enter({
        instanceId: "data-center",
        kind: "http-access-token",
        secret: token,
      });
      expect(connection).toMatchObject({
        state: "active",
        accountName: "HTTP access token of a project or repository",
        gitUser: null,
      });
      await expectReadable(place, connection, "ACME/checkout-api");
    },
  );
});

describe("Server", () => {
  test("OAuth 1.0a connects and reads, each call signed, and renews itself by its session handle", async () => {
    const { app, clock, emulator } = place;
    const connection = await place.connect("server");
    expect(connection).toMatchObject({
      kind: "oauth1",
      state: "active",
      accountName: "John Doe",
      scopes: [],
      gitUser: null,
    });
    await expectReadable(place, connection, "ACME/checkout-api");
    clock.advance(1826 * 86_400);
    expect((await app.connections.findRepositories(connection.id)).repositories).toHaveLength(1);
    const exchanges = emulator.control
      .requests()
      .filter(({ origin, path }) => origin === "server" && path.endsWith("/access-token"));
    expect(exchanges.map(({ status }) => status)).toEqual([200, 200]);
    expect((await app.connections.get(connection.id)).state).toBe("active");
  });
});

async function makeHttpToken(wanted: Readonly<Record<string, unknown>>): Promise<string> {
  const answer = await fetch(`${place.emulator.urls.control}/data-center/tokens`, {
    method: "POST",
    body: JSON.stringify(wanted),
  });
  const { token } = (await answer.json()) as { token: string }; // documented in docs/emulator.md
  return token;
}
