import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Switch } from "../core/switches.ts";
import { credentialSwitches } from "./credential-rules.ts";

test("the documentation's table of rules for credentials is this table", () => {
  const documented = readFileSync("docs/emulator.md", "utf8");
  const rows = Object.entries<Switch<unknown>>(credentialSwitches).map(([name, { today, choices, text }]) => {
    const values =
      choices?.map((value) => `\`${value}\``).join(", ") ?? (today === "" ? "empty" : `\`${today}\``);
    return `| \`${name}\` | ${values} | ${text} |`;
  });
  for (const row of rows) expect(documented).toContain(row);
});
