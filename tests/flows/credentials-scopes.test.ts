/** What a credential that was entered may do, as far as Bitbucket says: kept, shown, and missed before it is needed. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlace, type Place } from "./credentials-place.ts";

let today: Place;
let silent: Place;

beforeAll(async () => {
  today = await openPlace();
  silent = await openPlace({ rules: { tokenHeaders: false } });
});

afterAll(async () => {
  await today?.close();
  await silent?.close();
});

function enterApiToken(place: Place, scopes: string[], connectionId?: string) {
  const { token, email } = place.emulator.control.addApiToken({ person: "johndoe", scopes });
  const entry = { instanceId: "bitbucket", kind: "api-token", login: email ?? "", secret: token } as const;
  return place.enter({ ...entry, connectionId });
}

test("an API token that only tells whose it is connects, and what it lacks is known at once", async () => {
  const connection = await enterApiToken(today, ["read:user:bitbucket"]);
  expect(connection).toMatchObject({ state: "active", scopes: ["read:user:bitbucket"] });
  const gaps = await today.app.facts.gaps(connection);
  expect(gaps.map(({ scope }) => scope)).toEqual(["read:repository:bitbucket", "read:workspace:bitbucket"]);
});

test("a new token takes the place of what the old one lacked", async () => {
  const scopes = ["read:user:bitbucket", "read:repository:bitbucket", "read:workspace:bitbucket"];
  const { id } = await enterApiToken(today, ["read:user:bitbucket"]);
  const renewed = await enterApiToken(today, scopes, id);
  expect([...renewed.scopes].sort()).toEqual([...scopes].sort());
  expect(await today.app.facts.gaps(renewed)).toEqual([]);
});

test("an access token's scopes are kept as granted", async () => {
  const scopes = ["repository", "webhook"];
  const { token } = today.emulator.control.addAccessToken({ workspace: "acme", scopes });
  const entry = { instanceId: "bitbucket", kind: "access-token", place: "acme", secret: token } as const;
  expect([...(await today.enter(entry)).scopes].sort()).toEqual(scopes);
});

test("where Bitbucket does not say, nothing is kept and nothing is called missing", async () => {
  const connection = await enterApiToken(silent, ["read:user:bitbucket"]);
  expect(connection.scopes).toEqual([]);
  expect(await silent.app.facts.gaps(connection)).toEqual([]);
});

test("an API token that may not list workspaces is told which of its own scopes that needs", async () => {
  const { id } = await enterApiToken(today, ["read:user:bitbucket", "read:repository:bitbucket"]);
  const { workspaces, reason } = await today.app.connections.workspaces(id);
  expect(workspaces).toEqual([]);
  expect(reason).toContain("read:workspace:bitbucket");
  expect(reason).not.toContain("Account: Read");
});

test("a Data Center and a Server speak of projects, not of workspaces", async () => {
  const { emulator, app } = today;
  for (const [instanceId, bitbucket] of [
    ["data-center", emulator.dataCenter],
    ["server", emulator.server],
  ] as const) {
    const secret = bitbucket?.tokens[0]?.token ?? "";
    const { id } = await today.enter({ instanceId, kind: "http-access-token", secret });
    const chosen = app.connections.chooseWorkspace(id, "NOPE");
    await expect(chosen).rejects.toMatchObject({
      code: "connections.workspace_not_found",
      message: expect.stringMatching(/^Bitbucket shows no project “nope”/i),
      cure: expect.stringContaining("/projects/KEY/"),
    });
  }
});
