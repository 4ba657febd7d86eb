import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { servedChannelName } from "../../src/emulator/core/answered.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { answers, type CoverageRow, isGate } from "../../tools/coverage/row.ts";
import { type Area, allRows, areas } from "../../tools/coverage/table.ts";
import { titlesIn } from "../../tools/test-titles.ts";

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

test("each row's test is there, has the point in a title, and where its answers are not recorded it writes the operation's path", () => {
  const silent = allRows.filter(
    (row) => !existsSync(row.test) || !speaksOf(readFileSync(row.test, "utf8"), row),
  );
  expect(silent.map(({ operation, test }) => `${operation}: ${test}`)).toEqual([]);
});

/** That the test calls a recorded operation is proven by the answers it got: `node tools/answers.ts`. */
function speaksOf(text: string, { operation, statuses, point }: CoverageRow): boolean {
  if (point !== undefined) return titlesIn(text).some((title) => new RegExp(`\\b${point}\\b`).test(title));
  return statuses.length > 0 || writesPath(text, operation);
}

/** The path's fixed segments below control's address, one behind the other, with something in place of a parameter. */
function writesPath(text: string, operation: string): boolean {
  const [, path = ""] = operation.split("/_emulator");
  const segments = path.split("/").filter(Boolean);
  const pattern = segments.map((segment) => (segment.startsWith("{") ? '[^\\s"]+' : segment)).join("/");
  return new RegExp(`/${pattern}(?![\\w-])`).test(text);
}
