import { expect, test } from "vitest";
import { chooseDcRules, readDcRule } from "./rules.ts";

test("a rule of Data Center is read from text by its type, or refused with a sentence", () => {
  expect(readDcRule("maxCommits", "7")).toEqual({ maxCommits: 7 });
  expect(readDcRule("lastPageStart", "absent")).toEqual({ lastPageStart: "absent" });
  expect(readDcRule("pageGaps", "maybe")).toContain("pageGaps");
  expect(chooseDcRules({ pageGaps: true })).toEqual({ ...chooseDcRules(), pageGaps: true });
});
