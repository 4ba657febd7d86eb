import { expect, test } from "vitest";
import {
  deleteRulePin,
  findRulePins,
  insertRulePin,
  listRulePins,
} from "../../src/storage/tables/rule-pins.ts";
import { describeEngines } from "./engines.ts";
import { later, now } from "./rows.ts";

describeEngines("which place a rule means", (open) => {
  const pin = { instance_id: "bitbucket", place: "workspace acme", pinned_id: "a-b", pinned_at: now };

  test("is written once and not over, and can be forgotten", async () => {
    const { kysely } = (await open()).database;
    expect(await insertRulePin(kysely, pin)).toBe(true);
    expect(await insertRulePin(kysely, { ...pin, pinned_id: "c-d", pinned_at: later(1) })).toBe(false);
    expect(await insertRulePin(kysely, { ...pin, instance_id: "dc" })).toBe(true);
    expect(await listRulePins(kysely, "bitbucket")).toEqual([pin]);
    expect(await listRulePins(kysely)).toEqual([pin, { ...pin, instance_id: "dc" }]);
    const find = (places: string[], ids: string[]) =>
      findRulePins(kysely, "bitbucket", { places: ["nowhere", ...places], ids: ["none", ...ids] });
    const found = { place: pin.place, pinned_id: pin.pinned_id };
    expect(await find([], [])).toEqual([]);
    expect(await find(["workspace acme"], [])).toEqual([found]);
    expect(await find([], ["a-b"])).toEqual([found]);
    expect(await deleteRulePin(kysely, pin)).toBe(true);
    expect(await deleteRulePin(kysely, pin)).toBe(false);
    expect(await listRulePins(kysely)).toEqual([{ ...pin, instance_id: "dc" }]);
  });
});
