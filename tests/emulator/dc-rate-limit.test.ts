/** The rate limit of a Data Center: a bucket for each user, by the emulator's clock. */
import { afterEach, expect, test } from "vitest";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { frozenClock } from "../frozen-clock.ts";
import { type Call, callerAt, dataCenterOf, refusalOf } from "./data-center.ts";
import { personAtDataCenter } from "./dc-person.ts";

const properties = "/rest/api/latest/application-properties";
const settings = "/rest/api/latest/admin/rate-limit/settings";
const running: Emulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

async function start(dataCenterRules: EmulatorOptions["dataCenterRules"] = {}) {
  const emulator = await createEmulator({ dataCenterRules, server: false, clock: frozenClock() });
  running.push(emulator);
  const place = dataCenterOf(emulator);
  const call = (name: string | null) => callerAt(place, name);
  return { emulator, place, call, john: call("johndoe"), admin: call("admin") };
}

/** How many of so many calls were let through. */
async function passed(call: Call, count: number, path = properties): Promise<number> {
  let fine = 0;
  for (let number = 0; number < count; number += 1) fine += (await call(path)).status === 429 ? 0 : 1;
  return fine;
}

const json = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

test("D28: off until it is switched on; then sixty at once and five more a second for each user", async () => {
  const { emulator, john, admin, call } = await start();
  expect(await passed(john, 70)).toBe(70);
  expect(await (await john(settings)).json()).toEqual({
    enabled: false,
    defaultSettings: { capacity: 60, fillRate: 5 },
  });
  expect((await john(settings, json("PUT", { enabled: true }))).status).toBe(401);
  expect((await admin(settings, json("PUT", { enabled: true }))).status).toBe(200);
  expect(await passed(john, 70)).toBe(60);
  expect(await passed(call("nora"), 3)).toBe(3);
  emulator.control.advance(2);
  expect(await passed(john, 20)).toBe(10);
  emulator.control.advance(3600);
  expect(await passed(john, 70)).toBe(60);
});

test("D28: a refusal is 429 with the seconds to wait, or without, and by a rule with headers", async () => {
  const { john } = await start({ limitsRequests: true, limitHeaders: true });
  const first = await john(properties);
  expect([first.headers.get("x-ratelimit-limit"), first.headers.get("x-ratelimit-remaining")]).toEqual([
    "60",
    "59",
  ]);
  await passed(john, 59);
  const refused = await john(properties);
  expect([refused.headers.get("retry-after"), refused.headers.get("x-ausername")]).toEqual(["1", "johndoe"]);
  expect((await refusalOf(refused)).slice(0, 2)).toEqual([429, "RateLimitExceededException"]);
  const bare = await start({ limitsRequests: true, limitRetryAfter: false });
  await passed(bare.john, 60);
  const without = await bare.john(properties);
  expect([without.status, without.headers.get("retry-after")]).toEqual([429, null]);
  expect(without.headers.get("x-ratelimit-limit")).toBeNull();
});

test("D28: only Basic and Bearer are counted, under one user, a token's own included; sessions and strangers are not", async () => {
  const { emulator, place, john, call } = await start({ limitsRequests: true });
  const bearer =
    (token: string): Call =>
    (path) =>
      fetch(`${place.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect(await passed(bearer(place.tokens[0]?.token ?? ""), 30)).toBe(30);
  expect(await passed(john, 40)).toBe(30);
  expect(await passed(call(null), 70)).toBe(70);
  const browser = personAtDataCenter(place.url);
  await browser.logIn("John Doe");
  expect(await passed((path) => browser.visit(path), 70)).toBe(70);
  const made = await fetch(`${emulator.urls.control}/data-center/tokens`, {
    method: "POST",
    body: JSON.stringify({ project: "ACME", permissions: ["REPO_READ"] }),
  });
  const { token } = (await made.json()) as { token: string };
  expect(await passed(bearer(token), 70)).toBe(60);
});

test("D28: a person may have a bucket of their own, or none; who was refused is listed", async () => {
  const { john, admin, call } = await start({ limitsRequests: true });
  const own = `${settings}/users/johndoe`;
  expect((await john(own)).status).toBe(404);
  expect((await admin(own, json("PUT", { settings: { capacity: 3, fillRate: 1 } }))).status).toBe(200);
  expect(await passed(john, 5)).toBe(3);
  const history = (await (await admin("/rest/api/latest/admin/rate-limit/history")).json()) as {
    values: { user: { name: string }; rejectCount: number }[];
  };
  expect(history.values.map(({ user, rejectCount }) => [user.name, rejectCount])).toEqual([["johndoe", 2]]);
  const many = { usernames: ["johndoe", "nora"], whitelisted: true };
  const answer = await admin(`${settings}/users`, json("POST", many));
  expect(await answer.json()).toMatchObject({ user: { name: "johndoe" }, whitelisted: true });
  expect([await passed(john, 70), await passed(call("nora"), 70)]).toEqual([70, 70]);
  expect(await (await john(own)).json()).toMatchObject({ whitelisted: true, user: { name: "johndoe" } });
  expect((await call("nora")(own)).status).toBe(401);
  const listed = (await (await admin(`${settings}/users?filter=NOR`)).json()) as { values: object[] };
  expect(listed.values).toMatchObject([{ user: { name: "nora" }, whitelisted: true }]);
  expect((await admin(own, { method: "DELETE" })).status).toBe(204);
  expect((await admin(own, { method: "DELETE" })).status).toBe(404);
});

test("D28: by a rule the limits of several people are answered as a list", async () => {
  const { admin } = await start({ manyLimitsAnswer: "list" });
  const body = { usernames: ["johndoe", "nora"], settings: { capacity: 1, fillRate: 1 } };
  const answer = await admin(`${settings}/users`, json("POST", body));
  expect(await answer.json()).toMatchObject([{ user: { name: "johndoe" } }, { user: { name: "nora" } }]);
});

test("D28: settings that make no bucket are 400, and what is no JSON is 415", async () => {
  const { admin } = await start();
  for (const body of [
    {},
    [],
    { enabled: "yes" },
    { defaultSettings: { capacity: 1 } },
    { defaultSettings: { capacity: 0, fillRate: 1 } },
    { defaultSettings: { capacity: 1.5, fillRate: 1 } },
  ])
    expect((await admin(settings, json("PUT", body))).status, JSON.stringify(body)).toBe(400);
  const users = `${settings}/users`;
  for (const body of [
    { usernames: [], whitelisted: true },
    { usernames: ["nobody"], whitelisted: true },
    { usernames: ["nora"] },
    { usernames: ["nora"], whitelisted: true, settings: { capacity: 1, fillRate: 1 } },
  ])
    expect((await admin(users, json("POST", body))).status, JSON.stringify(body)).toBe(400);
  const xml = { method: "PUT", headers: { "content-type": "application/xml" }, body: "<a/>" };
  expect((await admin(settings, xml)).status).toBe(415);
});
