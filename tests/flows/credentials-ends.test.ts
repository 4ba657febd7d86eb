/** Credentials that are mixed up, retired, about to end, revoked, and brought anew. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endsSoon } from "../../src/connections/connection.ts";
import { failureOf } from "../failure.ts";
import { expectReadable, openPlace, type Place } from "./credentials-place.ts";

let today: Place;
let in2025: Place;

beforeAll(async () => {
  today = await openPlace();
  in2025 = await openPlace({ rules: "2025" });
});

afterAll(async () => {
  await today?.close();
  await in2025?.close();
});

const johnsPassword = () => in2025.emulator.people[0]?.appPasswords[0] ?? "";
const made = async ({ app, project }: Place) => (await app.connections.list(project.id)).length;
const problemsOf = (failure: Awaited<ReturnType<typeof failureOf>>) =>
  // As `connections.entry_invalid` and `connections.credential_refused` describe it.
  failure.data.problems as { field: string; message: string }[];

describe("app passwords", () => {
  test("S1, S17: where they are still taken one connects and reads, and no end is stored for it", async () => {
    const connection = await in2025.enter({
      instanceId: "bitbucket",
      kind: "app-password",
      login: "johndoe",
      secret: johnsPassword(),
    });
    expect(connection).toMatchObject({
      kind: "app-password",
      login: "johndoe",
      gitUser: "johndoe",
      state: "active",
      endsAt: null,
    });
    await expectReadable(in2025, connection);
    in2025.clock.advance(400 * 86_400);
    expect((await in2025.app.connections.findRepositories(connection.id)).repositories).toHaveLength(1);
    const later = await in2025.app.connections.get(connection.id);
    expect(later).toMatchObject({ state: "active", endsAt: null });
    expect(endsSoon(later, in2025.clock.now())).toBe(false);
  });

  test("today one is answered with the day they ended and what to make instead, and nothing is kept", async () => {
    const before = await made(today);
    const entry = {
      instanceId: "bitbucket",
      kind: "app-password",
      login: "johndoe",
      secret: "ATBBsecret",
    } as const;
    const failure = await failureOf(today.enter(entry));
    expect(failure.code).toBe("connections.app_password_retired");
    expect(failure.message).toContain("28 July 2026");
    expect(failure.cure).toContain("API token");
    expect(await made(today)).toBe(before);
  });
});

describe("mix-ups", () => {
  test.each([
    [
      "S16: an e-mail address in the user-name field",
      { kind: "app-password", login: "user@example.com", secret: "ATBBx" },
      "login",
      /e-mail address; an app password goes with the Bitbucket user name/,
    ],
    [
      "S16: a user name in the e-mail field",
      { kind: "api-token", login: "johndoe", secret: "ATATTx" },
      "login",
      /user name; an API token goes with the e-mail address/,
    ],
    [
      "an app password as an API token",
      { kind: "api-token", login: "user@example.com", secret: "ATBBx" },
      "secret",
      /looks like an app password/,
    ],
    [
      "an API token as an access token",
      { kind: "access-token", place: "acme", secret: "ATATTx" },
      "secret",
      /looks like an API token/,
    ],
    [
      "a repository's token without its place",
      { kind: "access-token", place: " ", secret: "ATCTTx" },
      "place",
      /workspace it was made in/,
    ],
    [
      "a day that is over",
      { kind: "api-token", login: "a@b.example", secret: "ATATTx", endsOn: "2020-01-01" },
      "endsOn",
      /day is over/,
    ],
    [
      "a day further away than a year",
      { kind: "api-token", login: "a@b.example", secret: "ATATTx", endsOn: "2099-01-01" },
      "endsOn",
      /a year at most/,
    ],
  ] as const)("%s has its own hint, and nothing is sent", async (_, entry, field, hint) => {
    const sent = today.emulator.control.requests().length;
    const failure = await failureOf(today.enter({ instanceId: "bitbucket", ...entry }));
    expect(failure.code).toBe("connections.entry_invalid");
    expect(problemsOf(failure)).toEqual([{ field, message: expect.stringMatching(hint) }]);
    expect(today.emulator.control.requests()).toHaveLength(sent);
  });

  test.each([
    { instanceId: "bitbucket", kind: "api-token", login: "user@example.com", secret: "ATATTnobodys" },
    { instanceId: "bitbucket", kind: "access-token", place: "acme", secret: "ATCTTnobodys" },
    { instanceId: "data-center", kind: "http-access-token", secret: "nobodys" },
    { instanceId: "server", kind: "http-access-token", secret: "nobodys" },
  ] as const)(
    "$kind at $instanceId that Bitbucket does not take is said beside its field, and nothing is kept",
    async (entry) => {
      const before = await made(today);
      const failure = await failureOf(today.enter(entry));
      expect(failure.code).toBe("connections.credential_refused");
      expect(problemsOf(failure)).toEqual([
        { field: "secret", message: expect.stringContaining("does not take this") },
      ]);
      expect(JSON.stringify([failure, failure.message, failure.detail])).not.toContain("nobodys");
      expect(await made(today)).toBe(before);
    },
  );

  test("an API token without scopes is told that, and how to make one that has some", async () => {
    const { token, email } = today.emulator.control.addApiToken({ person: "johndoe", scopes: [] });
    const entry = { instanceId: "bitbucket", kind: "api-token", login: email ?? "", secret: token } as const;
    const failure = await failureOf(today.enter(entry));
    expect(failure.code).toBe("connections.credential_refused");
    expect(problemsOf(failure)).toEqual([
      { field: "secret", message: expect.stringMatching(/^The token has no scopes for Bitbucket: make one/) },
    ]);
  });

  test.each([
    ["acmee", "Bitbucket shows no workspace “acmee” to this token."],
    ["acme/chekout-api", "Bitbucket shows no repository “acme/chekout-api” to this token."],
  ])(
    "an access token said to be made for %s is told beside that field that it is not",
    async (place, message) => {
      const scopes = ["repository"];
      const { token } = today.emulator.control.addAccessToken({ workspace: "acme", scopes });
      const before = await made(today);
      const failure = await failureOf(
        today.enter({ instanceId: "bitbucket", kind: "access-token", place, secret: token }),
      );
      expect(failure.code).toBe("connections.entry_invalid");
      expect(problemsOf(failure)).toEqual([{ field: "place", message }]);
      expect(await made(today)).toBe(before);
    },
  );

  test("an access token that lacks a scope is told which, with what it has", async () => {
    const { token } = today.emulator.control.addAccessToken({ workspace: "acme", scopes: ["account"] });
    const entry = { instanceId: "bitbucket", kind: "access-token", place: "acme", secret: token } as const;
    expect(await failureOf(today.enter(entry))).toMatchObject({
      code: "bitbucket.forbidden",
      data: { required: ["repository"], granted: ["account"] },
    });
  });
});

describe("the end of a credential", () => {
  test("14 days before, and not earlier, its owner is warned", async () => {
    const { emulator, clock, app } = today;
    const inDays = (days: number) => new Date(clock.now().getTime() + days * 86_400_000);
    const { token, email } = emulator.control.addApiToken({
      person: "johndoe",
      scopes: ["read:repository:bitbucket", "read:user:bitbucket", "read:workspace:bitbucket"],
      expiresAt: inDays(30).toISOString(),
    });
    const endsOn = inDays(30).toISOString().slice(0, 10);
    const connection = await today.enter({
      instanceId: "bitbucket",
      kind: "api-token",
      login: email ?? "",
      secret: token,
      endsOn,
    });
    expect(app.facts.endsSoon(connection)).toBe(false);
    clock.advance(15 * 86_400);
    expect(app.facts.endsSoon(connection)).toBe(false);
    clock.advance(86_400);
    expect(app.facts.endsSoon(connection)).toBe(true);
    expect((await app.connections.findRepositories(connection.id)).repositories).toHaveLength(1);
    clock.advance(15 * 86_400);
    expect(await failureOf(app.connections.findRepositories(connection.id))).toMatchObject({
      reaction: "stale",
    });
    expect((await app.connections.get(connection.id)).state).toBe("reconnect");
  });

  test("S18, S19, S20: revoked at Bitbucket it is noticed at the next call, and a new one mends the same connection", async () => {
    const { emulator, app } = today;
    const scopes = ["read:repository:bitbucket", "read:user:bitbucket", "read:workspace:bitbucket"];
    const first = emulator.control.addApiToken({ person: "johndoe", scopes });
    const entry = { instanceId: "bitbucket", kind: "api-token", login: first.email ?? "" } as const;
    const { id } = await today.enter({ ...entry, secret: first.token });
    emulator.control.revokeToken(first.id);
    expect(await failureOf(app.connections.findRepositories(id))).toMatchObject({ code: "vault.reconnect" });
    expect(await app.connections.get(id)).toMatchObject({
      state: "reconnect",
      stateReason: "vault.reconnect",
    });
    const second = emulator.control.addApiToken({ person: "johndoe", scopes });
    const renewed = await today.enter({ ...entry, secret: second.token, connectionId: id });
    expect(renewed).toMatchObject({ id, state: "active", stateReason: null });
    expect((await app.connections.findRepositories(id)).repositories).toHaveLength(1);
  });

  test("another person's token does not mend it, and changes nothing", async () => {
    const { emulator, app } = today;
    const scopes = ["read:repository:bitbucket", "read:user:bitbucket", "read:workspace:bitbucket"];
    const johns = emulator.control.addApiToken({ person: "johndoe", scopes });
    const janes = emulator.control.addApiToken({ person: "janeroe", scopes });
    const entry = { instanceId: "bitbucket", kind: "api-token" } as const;
    const { id } = await today.enter({ ...entry, login: johns.email ?? "", secret: johns.token });
    const other = { ...entry, login: janes.email ?? "", secret: janes.token, connectionId: id };
    expect(await failureOf(today.enter(other))).toMatchObject({ code: "connections.other_person" });
    expect(await app.connections.get(id)).toMatchObject({
      state: "active",
      login: johns.email,
      accountName: "John Doe",
    });
    expect((await app.connections.findRepositories(id)).repositories).toHaveLength(1);
  });

  test.each([
    { instanceId: "data-center", path: "data-center" },
    { instanceId: "server", path: "server" },
  ])(
    "S18, S20: consent revoked at $instanceId is noticed at the next call, and consent mends it",
    async ({ instanceId, path }) => {
      const { emulator, app } = today;
      const { id } = await today.connect(instanceId);
      const answer = await fetch(`${emulator.urls.control}/${path}/revoke`, {
        method: "POST",
        body: JSON.stringify({ person: "johndoe" }),
      });
      expect(answer.status).toBe(200);
      expect(await failureOf(app.connections.workspaces(id))).toMatchObject({ reaction: "stale" });
      expect((await app.connections.get(id)).state).toBe("reconnect");
      expect(await today.connect(instanceId, id)).toMatchObject({ id, state: "active" });
      expect((await app.connections.workspaces(id)).workspaces.length).toBeGreaterThan(0);
    },
  );

  test("an HTTP access token that is taken away at Bitbucket is noticed at the next call", async () => {
    const { emulator, app } = today;
    const [token] = emulator.server?.tokens ?? [];
    const connection = await today.enter({
      instanceId: "server",
      kind: "http-access-token",
      secret: token?.token ?? "",
    });
    const { host } = new URL(emulator.server?.url ?? "");
    const list = await fetch(`http://${host}/rest/access-tokens/latest/users/johndoe`, {
      headers: {
        authorization: `Basic ${btoa(`johndoe:${emulator.server?.people.find(({ name }) => name === "johndoe")?.password}`)}`,
      },
    });
    const { values } = (await list.json()) as { values: { id: string }[] }; // "HTTP access tokens" by REST, in docs/emulator.md
    for (const { id } of values)
      await fetch(`${emulator.urls.control}/server/tokens/${id}`, { method: "DELETE" });
    expect(await failureOf(app.connections.workspaces(connection.id))).toMatchObject({ reaction: "stale" });
    expect((await app.connections.get(connection.id)).state).toBe("reconnect");
  });
});
