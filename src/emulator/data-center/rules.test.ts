import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Switch } from "../core/switches.ts";
import { chooseDcRules, dcSwitches, readDcRule } from "./rules.ts";

test("a rule of Data Center is read from text by its type, or refused with a sentence", () => {
  expect(readDcRule("maxCommits", "7")).toEqual({ maxCommits: 7 });
  expect(readDcRule("lastPageStart", "absent")).toEqual({ lastPageStart: "absent" });
  expect(readDcRule("pageGaps", "maybe")).toContain("pageGaps");
  expect(chooseDcRules({ pageGaps: true })).toEqual({ ...chooseDcRules(), pageGaps: true });
});

test("the documentation's table of Data Center's rules is this table", () => {
  const documented = readFileSync("docs/emulator.md", "utf8");
  for (const [name, { today, choices, text }] of Object.entries<Switch<unknown>>(dcSwitches)) {
    const values =
      choices?.map((value) => `\`${value}\``).join(", ") ?? (today === "" ? "empty" : `\`${today}\``);
    expect(documented).toContain(`| \`${name}\` | ${values} | ${text} |`);
  }
});
