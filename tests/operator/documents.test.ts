import { readFileSync } from "node:fs";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { alarmsOf } from "../../src/operator/alarms.ts";
import { createGauges } from "../../src/operator/gauges.ts";
import { createMeters } from "../../src/operator/meters.ts";
import { frozenClock } from "../frozen-clock.ts";

const guide = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames: readonly string[];
}

function ownMetrics(): readonly Metric[] {
  const register = new Registry();
  createMeters(register, frozenClock());
  createGauges(register);
  // prom-client keeps type and labels on its metrics and leaves them out of its types.
  const metrics = register.getMetricsAsArray() as unknown as readonly Metric[];
  return metrics.filter(({ name }) => name.startsWith("windlass_"));
}

test("the guide's table of metrics is that of the code", () => {
  const rows = ownMetrics().map(
    ({ name, type, labelNames, help }) =>
      `| \`${name}\` | ${type} | ${labelNames.map((label) => `\`${label}\``).join(", ")} | ${help} |`,
  );
  const table = /<!-- metrics -->\n([\s\S]*?)\n<!-- \/metrics -->/.exec(guide)?.[1] ?? "";
  expect(table.split("\n").slice(2)).toEqual(rows);
});

test("names say their unit, and each metric says what it is", () => {
  for (const { name, help, type } of ownMetrics()) {
    expect(help).toMatch(/^[A-Z01].*\.$/s);
    expect(name.endsWith("_total")).toBe(type === "counter");
    if (type === "histogram") expect(name).toMatch(/_seconds$/);
    if (/age|timestamp|duration|wait/.test(name)) expect(name).toMatch(/_seconds$/);
  }
});

test("the lines to alert on ask for metrics there are", () => {
  const known = ownMetrics().map(({ name }) => name);
  const asked = /```promql\n([\s\S]*?)```/.exec(guide)?.[1]?.match(/windlass_\w+/g) ?? [];
  expect(asked.length).toBeGreaterThan(10);
  for (const name of asked) expect(known).toContain(name.replace(/_bucket$/, ""));
});

test("the guide lists every alarm there is", () => {
  const at = new Date("2026-11-20T08:00:00Z");
  const group = (state: string) => ({ state, reason: null, instance: "bitbucket", kind: "oauth2", count: 1 });
  const failingSources = [true, false].map((isKnown) => ({ name: "a", since: at, reason: "b", isKnown }));
  const facts = { at, readSeconds: 0, record: { failingSince: at, code: "storage.full" }, failingSources };
  const stored = {
    connections: ["suspect", "uncertain", "suspended"].map(group),
    renewals: { held: 0, interrupted: 1 },
    formerTokens: 0,
    keepAlive: { nextAt: at, due: 1, overdue: 1, oldestGivenAt: at, middleGivenAt: at },
    keys: [{ id: "kek_1", dataKeys: 1, standing: "missing" as const }],
    lastEntryAt: at,
  };
  const worst = [stored, null].flatMap((each) =>
    alarmsOf({ facts: { ...facts, stored: each }, refusedInstances: ["bitbucket"] }),
  );
  const told = [...guide.matchAll(/^\| `([a-z]+_?[a-z_]*)` \| [A-Z]/gm)].map(([, code]) => code);
  expect(new Set(worst.map(({ code }) => code))).toEqual(new Set(told));
});
