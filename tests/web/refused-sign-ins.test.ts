/** What stands in the record and in the log of sign-ins that were refused, and what the page says of it. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Log, LogFacts } from "../../src/base/log.ts";
import { openRig, type Rig } from "./rig.ts";

let rig: Rig;
let logged: { event: string; facts: LogFacts }[];

beforeEach(async () => {
  logged = [];
  const keep = (event: string, facts: LogFacts = {}) => void logged.push({ event, facts });
  const log: Log = { info: keep, warn: keep, error: keep };
  rig = await openRig({ log });
});
afterEach(() => rig.close());

const callback = "/auth/bitbucket/callback";
const record = async (event: string) => {
  const entries = await rig.app.record.list({ limit: 1_000 });
  return entries.filter((entry) => entry.event === event);
};

test("a sign-in is on record: who, from which Bitbucket, whether for the first time", async () => {
  await rig.signedIn("Jane Roe");
  await rig.signedIn("Jane Roe");
  const entries = await record("signin.done");
  const actor = expect.stringMatching(/^user usr_/);
  expect(entries.map(({ facts_json }) => JSON.parse(facts_json))).toEqual([
    { instance: "bitbucket", new: false },
    { instance: "bitbucket", new: true },
  ]);
  expect(entries).toMatchObject([{ actor }, { actor }]);
});

test("a refused one is on record with its reason, and nothing the browser brought along", async () => {
  const person = rig.browser();
  const attacker = rig.browser();
  const stolen = await attacker.approve("Jane Roe", "/auth/bitbucket/login");
  await person.ask(stolen);
  await person.ask(`${callback}?error=access_denied&state=planted-state-4711`);
  await person.ask(`${callback}?state=planted-state-4711`);
  const entries = await record("signin.refused");
  expect(entries.map(({ reason }) => reason)).toEqual([
    "bitbucket.callback_malformed",
    "handshake.unknown",
    "handshake.other_browser",
  ]);
  const whole = JSON.stringify([entries, logged]);
  const brought = [...stolen.searchParams.values(), "planted-state-4711", ...person.cookies().values()];
  for (const secret of brought) expect(whole).not.toContain(secret);
});

test("a flood of refused callbacks does not fill the record", async () => {
  const person = rig.browser();
  for (let index = 0; index < 300; index += 1) await person.ask(`${callback}?code=a&state=s${index}`);
  expect(await record("signin.refused")).toHaveLength(1);
  rig.emulator.clock.advance(60);
  await expect.poll(async () => (await record("signin.refused")).length).toBe(2);
  const [latest] = await record("signin.refused");
  expect(JSON.parse(latest?.facts_json ?? "")).toEqual({ instance: "bitbucket", times: 299 });
});

test("what was never a sign-in is not on record as one", async () => {
  const person = await rig.signedIn("John Doe");
  const home = await person.open("/");
  const { url } = await person.submit(home, "/projects", [["name", "Payments"]]);
  const page = await person.open(`${url.pathname}/connect/bitbucket`);
  const back = await person.approve("John Doe", page.url, person.form(page, []));
  back.searchParams.delete("code");
  back.searchParams.set("error", "access_denied");
  expect((await person.ask(back)).status).toBe(403);
  await person.ask("/auth/nowhere/callback?code=a&state=b");
  await person.ask("/auth/__proto__/login");
  expect(await record("signin.refused")).toEqual([]);
});

test("J3: another browser's attempt, one that never was and one that is over look the same but for their reference", async () => {
  const attacker = rig.browser();
  const person = rig.browser();
  const stolen = await attacker.approve("Jane Roe", "/auth/bitbucket/login");
  const used = await person.approve("Jane Roe", "/auth/bitbucket/login");
  await rig.browser().ask(used);
  const others = [stolen, `${callback}?code=a&state=never-was`];
  const seen = await Promise.all(others.map((each) => rig.browser().ask(each)));
  const plain = seen.map(({ status, text }) => `${status} ${text.replace(/ref_[\w-]{16}/g, "ref")}`);
  expect(new Set(plain).size).toBe(1);
  expect(plain[0]).toMatch(/^409 .*web\.attempt_unknown · ref</s);
});

test("the reference on a page leads to its line in the log, which says what the page does not", async () => {
  const attacker = rig.browser();
  const stolen = await attacker.approve("Jane Roe", "/auth/bitbucket/login");
  const { text } = await rig.browser().ask(stolen);
  const reference = /ref_[\w-]{16}/.exec(text)?.[0];
  const lines = logged.filter(({ facts }) => facts.reference === reference);
  expect(lines).toMatchObject([{ event: "request.failed", facts: { code: "handshake.other_browser" } }]);
});
