import { describe, expect, test } from "vitest";
import type { HealthFacts, StoredFacts } from "../app/health.ts";
import { type AlarmFacts, alarmsOf, statusOf } from "./alarms.ts";

const at = new Date("2026-11-20T08:00:00Z");

const calm: StoredFacts = {
  connections: [{ state: "active", reason: null, instance: "bitbucket", kind: "oauth2", count: 900 }],
  renewals: { held: 2, interrupted: 0 },
  formerTokens: 12,
  keepAlive: { nextAt: at, due: 3, overdue: 0, oldestGivenAt: at, middleGivenAt: at },
  keys: [{ id: "kek_1", dataKeys: 4, standing: "given" }],
  lastEntryAt: at,
};

function raised(
  stored: Partial<StoredFacts> | null,
  record: HealthFacts["record"] = { failingSince: null, code: null },
  refusedInstances: AlarmFacts["refusedInstances"] = [],
) {
  const facts = { at, readSeconds: 0, record, stored: stored === null ? null : { ...calm, ...stored } };
  const alarms = alarmsOf({ facts, refusedInstances });
  return { status: statusOf(alarms), codes: alarms.map(({ code }) => code), alarms };
}

const inState = (state: string, count: number) => ({
  connections: [
    ...calm.connections,
    { ...calm.connections[0], state, count } as StoredFacts["connections"][0],
  ],
});

test("a vault at work raises no alarm, and neither do connections that wait for their own people", () => {
  expect(raised({})).toMatchObject({ status: "ok", codes: [] });
  expect(raised(inState("reconnect", 40))).toMatchObject({ status: "ok", codes: [] });
  expect(raised(inState("disconnected", 40))).toMatchObject({ status: "ok", codes: [] });
});

describe("what may mend itself calls for attention", () => {
  test.each<[string, Partial<StoredFacts>]>([
    ["suspect", inState("suspect", 2)],
    ["uncertain", inState("uncertain", 1)],
    ["uncertain", { renewals: { held: 0, interrupted: 1 } }],
    ["suspended", inState("suspended", 1)],
    ["keep_alive_overdue", { keepAlive: { ...calm.keepAlive, overdue: 5 } }],
  ])("%s", (code, stored) => {
    expect(raised(stored)).toMatchObject({ status: "attention", codes: [code] });
  });
});

test("a catalog that is old calls for attention, one that was never read is broken", () => {
  const source = { name: "https://backstage.example", since: at, reason: "it answered 503" };
  const facts = { at, readSeconds: 0, record: { failingSince: null, code: null }, stored: calm };
  const alarmOf = (isKnown: boolean) =>
    alarmsOf({ facts: { ...facts, failingSources: [{ ...source, isKnown }] }, refusedInstances: [] });
  expect(alarmOf(true)).toMatchObject([{ code: "catalog_old", level: "attention" }]);
  expect(alarmOf(false)).toMatchObject([{ code: "catalog_unread", level: "broken" }]);
  expect(alarmOf(false)[0]?.text).toContain("it answered 503");
});

describe("what serves nobody until somebody acts is broken", () => {
  test("a database that does not answer", () => {
    expect(raised(null)).toMatchObject({ status: "broken", codes: ["database_silent"] });
  });

  test("a key that is missing; one that was given up is decided", () => {
    const keys = [{ id: "kek_2", dataKeys: 7, standing: "missing" }] as const;
    const { status, alarms } = raised({ keys });
    expect(status).toBe("broken");
    expect(alarms[0]).toMatchObject({ code: "key_missing", text: expect.stringContaining("7 data keys") });
    expect(alarms[0]?.cure).toContain("windlass keys give-up kek_2");
    expect(raised({ keys: [{ id: "kek_2", dataKeys: 7, standing: "given up" }] }).status).toBe("ok");
  });

  test("a record that cannot be written, with since when, in a zone that is named", () => {
    const { status, alarms } = raised({}, { failingSince: at, code: "storage.full" });
    expect(status).toBe("broken");
    expect(alarms[0]?.text).toContain("Since 20 Nov 2026, 08:00 UTC");
    expect(alarms[0]?.text).toContain("storage.full");
  });

  test("a consumer that is refused, each instance by its name", () => {
    const { status, alarms } = raised({}, undefined, ["cloud", "acme"]);
    expect(status).toBe("broken");
    expect(alarms.map(({ title }) => title)).toEqual([
      "Instance cloud: key and secret are refused",
      "Instance acme: key and secret are refused",
    ]);
    expect(alarms[0]?.cure).toContain("no connection has to be made anew");
  });
});

test("the worst stands in front", () => {
  const keys = [{ id: "kek_2", dataKeys: 7, standing: "missing" }] as const;
  expect(raised({ ...inState("suspended", 1), keys }).codes).toEqual(["key_missing", "suspended"]);
});
