import { expect, test } from "vitest";
import { isWindlassError } from "../base/errors.ts";
import { parseConfig, schema } from "./config.ts";
import { keysAt } from "./config-keys.ts";
import { foreignKeys } from "./foreign-keys.ts";

function problemAt(path: string, input: unknown): string | undefined {
  try {
    parseConfig(input);
  } catch (error) {
    if (!isWindlassError(error, "app.config_invalid")) throw error;
    const problems = error.data.problems as readonly { path: string; problem: string }[]; // as `configInvalid` wrote them
    return problems.find((each) => each.path === path)?.problem;
  }
  return undefined;
}

const bitbucket = { clientId: "key", clientSecret: "secret" };

test.each([
  ["baseurl", { baseurl: "x", instances: { bitbucket } }, "`baseUrl`"],
  ["databse", { databse: "x", instances: { bitbucket } }, "`database`"],
  ["instances.b.client_id", { instances: { b: { ...bitbucket, client_id: "x" } } }, "`clientId`"],
  ["sessions.idleSecond", { sessions: { idleSecond: 60 }, instances: { bitbucket } }, "`idleSeconds`"],
  [
    "catalog.locations.0.urll",
    {
      catalog: { locations: [{ type: "backstage", url: "https://a.example", urll: "x" }] },
      instances: { bitbucket },
    },
    "`url`",
  ],
])("a key written wrongly is told the right one: %s", (path, input, meant) => {
  expect(problemAt(path, input)).toBe(`is not a key that is known here: did you mean ${meant}?`);
});

test("a key that resembles none is told no other", () => {
  expect(problemAt("colour", { colour: "blue", instances: { bitbucket } })).toBe(
    "is not a key that is known here",
  );
});

test("a name of another system is told what it is called here, or why it is not needed", () => {
  const input = { redirect_base_url: "x", state_ttl: 600, instances: { bitbucket } };
  expect(problemAt("redirect_base_url", input)).toBe(
    "is not a key that is known here: what litestar-oauth calls so is `baseUrl` here",
  );
  expect(problemAt("state_ttl", input)).toMatch(/litestar-oauth calls so is not needed here \(how long/);
});

test.each(Object.entries(foreignKeys))(
  "%s leads to a key there is, or says why there is none",
  (name, entry) => {
    expect(problemAt(name, { [name]: "x", instances: { bitbucket } }) ?? "known").toMatch(
      /calls so is|known/,
    );
    if (entry.here === null) return expect(entry.note).toMatch(/\w+ \w+/);
    const path = entry.here.split(".");
    expect(keysAt(schema, path.slice(0, -1))).toContain(path.at(-1));
  },
);
