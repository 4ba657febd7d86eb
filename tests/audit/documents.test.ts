import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { auditEvents } from "../../src/audit/events.ts";
import { readSources } from "../../tools/house.ts";

test("docs/audit.md lists the events there are, each with its sentence", () => {
  const text = readFileSync("docs/audit.md", "utf8");
  const rows = [...text.matchAll(/^\| `([a-z_]+\.[a-z_]+)` \| (.+) \|$/gm)].map(([, name, sentence]) => [
    name,
    sentence,
  ]);
  expect(rows).toEqual(Object.entries(auditEvents));
});

test("each event that is listed is written by somebody", () => {
  const sources = readSources().filter(({ path }) => !/\.test\.ts$|audit\/events\.ts$/.test(path));
  const unwritten = Object.keys(auditEvents).filter(
    (name) => !sources.some(({ text }) => text.includes(`"${name}"`)),
  );
  expect(unwritten).toEqual([]);
});
