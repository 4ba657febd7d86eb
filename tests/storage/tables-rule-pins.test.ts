import { expect, test } from "vitest";
import {
  deleteRulePin,
  findRulePinsById,
  findRulePinsByPlace,
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
    const found = { place: pin.place, pinned_id: pin.pinned_id };
    const many = Array.from({ length: 40 }, (_, at) => `none ${at}`);
    expect(await findRulePinsByPlace(kysely, "bitbucket", [])).toEqual([]);
    expect(await findRulePinsByPlace(kysely, "bitbucket", [...many, "workspace acme"])).toEqual([found]);
    expect(await findRulePinsByPlace(kysely, "bitbucket", ["a-b"])).toEqual([]);
    expect(await findRulePinsById(kysely, "bitbucket", [])).toEqual([]);
    expect(await findRulePinsById(kysely, "bitbucket", ["a-b", ...many])).toEqual([found]);
    expect(await findRulePinsById(kysely, "bitbucket", ["c-d", "workspace acme"])).toEqual([]);
    expect(await deleteRulePin(kysely, pin)).toBe(true);
    expect(await deleteRulePin(kysely, pin)).toBe(false);
    expect(await listRulePins(kysely)).toEqual([{ ...pin, instance_id: "dc" }]);
  });
});
