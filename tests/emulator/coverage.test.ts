import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { servedChannelName } from "../../src/emulator/core/answered.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { answers, type CoverageRow, isGate } from "../../tools/coverage/row.ts";
import { type Area, allRows, areas } from "../../tools/coverage/table.ts";

/** What Hono tells of a route; `ALL` stands for gates in front of others, and for what answers all the rest. */
interface Route {
  readonly method: string;
  readonly path: string;
}

interface Message {
  readonly origin: "web" | "api" | "dataCenter" | "server";
  readonly site: { readonly routes: readonly Route[] };
}

const appOf = {
  web: "cloudWebsite",
  api: "cloudApi",
  dataCenter: "dataCenter",
  server: "dataCenter",
} as const;

/** The routes of each app, as an emulator opens them. */
const routes: Record<Area["app"], Set<string>> = {
  cloudWebsite: new Set(),
  cloudApi: new Set(),
  dataCenter: new Set(),
};
let emulator: Emulator;

beforeAll(async () => {
  const listen = (message: unknown) => {
    const { origin, site } = message as Message; // the channel's only kind of message
    for (const { method, path } of site.routes) routes[appOf[origin]].add(`${method} ${path}`);
  };
  subscribe(servedChannelName, listen);
  emulator = await createEmulator({ dataCenter: { contextPath: "" } });
  unsubscribe(servedChannelName, listen);
});
afterAll(() => emulator.close());

describe.each(["cloudWebsite", "cloudApi", "dataCenter"] as const)(
  "the table and the routes of %s",
  (app) => {
    const rows = areas.filter((area) => area.app === app).flatMap((area) => area.rows);

    test("each route has a row in tools/coverage", () => {
      const missing = [...routes[app]].filter(
        (route) => !isGate(route) && !rows.some(({ operation }) => answers(route, operation)),
      );
      expect(routes[app].size).toBeGreaterThan(10);
      expect(missing).toEqual([]);
    });

    test("a gate stands in front of routes that have a row, or of everything below a path", () => {
      const paths = rows.map(({ operation }) => operation.replace(/^\w+/, "ALL"));
      const alone = [...routes[app]].filter(
        (route) => isGate(route) && !route.endsWith("*") && !paths.some((path) => answers(route, path)),
      );
      expect(alone).toEqual([]);
    });

    test("each row has a route", () => {
      const without = rows.filter(
        ({ operation }) => ![...routes[app]].some((route) => answers(route, operation)),
      );
      expect(without.map(({ operation }) => operation)).toEqual([]);
    });
  },
);

test("a row stands once", () => {
  for (const { title, app } of areas) {
    const operations = areas
      .filter((area) => area.app === app)
      .flatMap(({ rows }) => rows.map(({ operation }) => operation));
    expect(operations, title).toHaveLength(new Set(operations).size);
  }
});

test("each row's test is there, and speaks of the operation by its last word or its point", () => {
  const silent = allRows.filter(
    (row) => !existsSync(row.test) || !speaksOf(readFileSync(row.test, "utf8"), row),
  );
  expect(silent.map(({ operation, test }) => `${operation}: ${test}`)).toEqual([]);
});

/** A point stands in a title; a path's last fixed word anywhere. */
function speaksOf(text: string, { operation, point }: CoverageRow): boolean {
  if (point !== undefined) return new RegExp(`\\b${point}\\b`).test(text);
  const word = operation
    .split("/")
    .findLast((segment) => segment !== "" && !segment.startsWith("{") && !segment.includes(" "));
  return word !== undefined && text.includes(word);
}
