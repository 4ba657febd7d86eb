/**
 * The product against every value of every switch of Cloud: what it does is the same, and what fails does so with the
 * same failure. A switch that is added to the table is run too, without a line here.
 */
import { expect, test } from "vitest";
import { isWindlassError } from "../../src/base/errors.ts";
import { type RuleBundle, type RuleName, type Rules, switches } from "../../src/emulator/core/rules.ts";
import type { Switch } from "../../src/emulator/core/switches.ts";
import { consent } from "../emulator/client.ts";
import { expectReadable, openPlace, type Place } from "./credentials-place.ts";
import { openHouse, roundTrip } from "./house.ts";

/** Values of switches that are neither a choice nor a flag, on the other side of what is likelier. */
const others: Partial<Record<RuleName, readonly (number | string)[]>> = {
  denialDescription: ["The resource owner denied the request"],
  badCodeDescription: ["Code is invalid"],
  misplacedTokenMessage: ["Unauthorized"],
  codeLifeSeconds: [30],
  accessTokenLifeSeconds: [3600, 61],
  tokenLength: [64, 12_000],
  refreshReuseSeconds: [0],
  clientLockoutSeconds: [300],
  refreshIdleSeconds: [30 * 86_400],
  anonymousCallsPerHour: [0],
};

const known = Object.entries<Switch<unknown>>(switches).map(
  ([name, entry]) => [name as RuleName, entry] as const,
); // the table's own keys

/** What no step of the product touches is turned over in one go. */
const isAside = (name: string) => /^(git|hook)/.test(name);
const aside = Object.fromEntries(
  known.flatMap(([name, entry]) =>
    isAside(name) ? valuesBeside(name, entry).map((value) => [name, value]) : [],
  ),
);
const alternatives = known.flatMap(([name, entry]) =>
  isAside(name) ? [] : valuesBeside(name, entry).map((value) => ({ name, value, rules: { [name]: value } })),
);

function valuesBeside(name: RuleName, { today, choices }: Switch<unknown>): readonly unknown[] {
  if (choices !== undefined) return choices.filter((value) => value !== today);
  return typeof today === "boolean" ? [!today] : (others[name] ?? []);
}

/** What came of each step: `done`, or the code of the failure. */
type Outcome = Record<string, string>;

async function outcomeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return "done";
  } catch (error) {
    if (isWindlassError(error)) return error.code;
    throw error;
  }
}

/** Signs in, connects in every way, reads, refreshes, and makes the mistakes people make. */
async function walk(rules: RuleBundle | Partial<Rules>): Promise<Outcome> {
  const place = await openPlace({ rules, dataCenter: false, server: false });
  try {
    return await steps(place);
  } finally {
    await place.close();
  }
}

async function steps(place: Place): Promise<Outcome> {
  const { app, clock, emulator, project } = place;
  const outcome: Outcome = {};
  const step = async (name: string, work: () => Promise<unknown>) => {
    outcome[name] = await outcomeOf(work);
  };
  const consented = await place.connect("bitbucket");
  const { id } = consented;
  const read = (connectionId: string) => app.connections.findRepositories(connectionId);
  await step("another's workspace", () => app.connections.chooseWorkspace(id, "globex"));
  await step("no workspace", () => app.connections.chooseWorkspace(id, "nowhere"));
  await step("read and analyse", () => expectReadable(place, consented));
  clock.advance(7_201);
  await step("read after two hours", () => read(id));
  clock.advance(7_201);
  await step("read after four hours", () => read(id));
  await step("API token", async () => {
    const scopes = ["read:user:bitbucket", "read:repository:bitbucket", "read:workspace:bitbucket"];
    const { token, email } = emulator.control.addApiToken({ person: "johndoe", scopes });
    const entered = {
      instanceId: "bitbucket",
      kind: "api-token",
      login: email ?? "",
      secret: token,
    } as const;
    await expectReadable(place, await place.enter(entered));
  });
  await step("wrong API token", () =>
    place.enter({
      instanceId: "bitbucket",
      kind: "api-token",
      login: "user@example.com",
      secret: "ATATTwrong",
    }),
  );
  await step("API token without scopes", () => {
    const { token, email } = emulator.control.addApiToken({ person: "johndoe", scopes: [] });
    return place.enter({ instanceId: "bitbucket", kind: "api-token", login: email ?? "", secret: token });
  });
  await step("workspace access token", async () => {
    const { token } = emulator.control.addAccessToken({
      workspace: "acme",
      scopes: ["account", "repository"],
    });
    const entered = { instanceId: "bitbucket", kind: "access-token", place: "acme", secret: token } as const;
    await expectReadable(place, await place.enter(entered));
  });
  await step("consumer on its own", async () => {
    const order = { instanceId: "automation", projectId: project.id };
    await expectReadable(place, await app.connections.connectAsConsumer(order));
  });
  emulator.control.revoke({ username: "johndoe" });
  await step("read after revoking", () => read(id));
  emulator.clock.advance(360);
  await step("read minutes later", () => read(id));
  outcome.state = (await app.connections.get(id)).state;
  await step("connect again", () => place.connect("bitbucket", id));
  await step("read again", () => read(id));
  return outcome;
}

/** By default, and so everywhere. */
const everywhere: Outcome = {
  "another's workspace": "connections.workspace_not_found",
  "no workspace": "connections.workspace_not_found",
  "read and analyse": "done",
  "read after two hours": "done",
  "read after four hours": "done",
  "API token": "done",
  "wrong API token": "connections.credential_refused",
  "API token without scopes": "connections.credential_refused",
  "workspace access token": "done",
  "consumer on its own": "done",
  "read after revoking": "vault.suspect",
  "read minutes later": "vault.reconnect",
  state: "reconnect",
  "connect again": "done",
  "read again": "done",
};

test("by default all of it works, and mistakes have their failures", async () => {
  expect(await walk({})).toEqual(everywhere);
});

/** Where Bitbucket says plainly that it renews no more, nobody has to look twice. */
const plainly: Outcome = { ...everywhere, "read after revoking": "vault.reconnect" };

test.each(alternatives)("the product does the same where $name is $value", async ({ name, rules }) => {
  expect(await walk(rules)).toEqual(name === "refreshFailure" ? plainly : everywhere);
});

test("the product does the same whatever git and webhooks are like", async () => {
  expect(await walk(aside)).toEqual(everywhere);
});

test("the product does the same at Bitbucket as it was in 2025", async () => {
  expect(await walk("2025")).toEqual(plainly);
});

test.each([
  ["invalid_scope", "bitbucket.scope_refused"],
  ["drop", "done"],
] as const)("a permission the consumer lacks: where Bitbucket says %s it is %s", async (excessScope, end) => {
  const house = await openHouse({ rules: { excessScope }, dataCenter: false, server: false });
  const trip = () => roundTrip(house, { scopes: ["account", "project"] });
  expect(await outcomeOf(trip).finally(() => house.close())).toBe(end);
});

test.each(["", "The resource owner denied the request"])(
  "somebody who cancels is denied, with %j for a description",
  async (denialDescription) => {
    const house = await openHouse({
      rules: { denialDescription },
      autoApprove: undefined,
      dataCenter: false,
      server: false,
    });
    const browserToken = "a-browser";
    const start = { instanceId: "bitbucket", purpose: "sign-in", returnTo: "/", browserToken } as const;
    const { location } = await house.handshakes.begin(start);
    const asked = Object.fromEntries(new URL(location).searchParams);
    const { callback } = await consent(house.emulator, "John Doe", asked, "cancel");
    const work = () => house.handshakes.complete({ instanceId: "bitbucket", callback, browserToken });
    expect(await outcomeOf(work).finally(() => house.close())).toBe("bitbucket.denied");
  },
);

test.each([false, true])("a budget that is used up is told as such, Retry-After sent: %s", async (sent) => {
  const rules = { rateLimit: "all", repositoryCallsPerHour: 1, rateLimitRetryAfter: sent } as const;
  const place = await openPlace({ rules, dataCenter: false, server: false });
  try {
    const { id } = await place.connect("bitbucket");
    await place.app.connections.chooseWorkspace(id, "acme");
    const failures: unknown[] = [];
    for (let call = 0; call < 2; call += 1)
      failures.push(await outcomeOf(() => place.app.connections.findRepositories(id)));
    expect(failures).toEqual(["done", "bitbucket.rate_limited"]);
  } finally {
    await place.close();
  }
});

test.each(["invalid_grant", "invalid_request"] as const)(
  "a code that is refused with %s is told as such",
  async (badCodeError) => {
    const house = await openHouse({
      rules: { badCodeError, codeLifeSeconds: 0 },
      dataCenter: false,
      server: false,
    });
    expect(await outcomeOf(() => roundTrip(house)).finally(() => house.close())).toBe(
      "bitbucket.code_refused",
    );
  },
);
