import { afterAll, beforeAll, expect, test } from "vitest";
import { fc } from "../property.ts";
import { type Arena, type OpenPlace, openArena } from "./place.ts";
import type { Seen, Visitor } from "./visitor.ts";

let arena: Arena;
let place: OpenPlace;
beforeAll(async () => {
  arena = await openArena();
  place = await arena.place();
});
afterAll(async () => {
  await place.close();
  await arena.close();
});

const runs = { numRuns: 120 };

/** Neither a failure nobody foresaw nor a secret nor a session came of it. */
async function expectHeld(visitor: Visitor, seen: Seen): Promise<void> {
  expect(seen.status).not.toBe(500);
  expect(seen.status).toBeLessThan(600);
  const secrets = Object.values(place.upstreams).flatMap((upstream) => upstream.secrets());
  const whole = `${JSON.stringify(seen.headers)}${seen.text}`;
  // Codes come back in no answer; those of this callback are in its own address, which is not part of the answer.
  expect(secrets.filter((secret) => whole.includes(secret))).toEqual([]);
  expect(await visitor.whoIsSignedIn()).toBeNull();
}

async function expectUnbroken(): Promise<void> {
  const log = await place.freshLog();
  expect(log.split("\n").filter((line) => line.includes('"request.broken"'))).toEqual([]);
}

/** What may stand in a header's value or in a request line, and what is put there percent-encoded. */
const wireText = fc.string({
  unit: fc.constantFrom(..."aA0 -_.~%=&+;,/\\?#[]{}<>\"'`|^@:!$()*\u00ff\u00e4"),
});
const anyText = fc.string({ unit: "binary", maxLength: 200 });
const encoded = anyText.map((text) => encodeURIComponent(text.toWellFormed()));
const names = fc.constantFrom(
  "code",
  "state",
  "error",
  "error_description",
  "error_uri",
  "iss",
  "scope",
  "returnTo",
  "x",
  "code[]",
  "__proto__",
  "constructor",
);
const queries = fc
  .array(
    fc.tuple(
      fc.oneof(names, encoded),
      fc.oneof(
        encoded,
        wireText.map((text) => text.replaceAll(/[\s#\u0080-\uffff]/g, "%")),
      ),
    ),
    { maxLength: 12 },
  )
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join("&"));
const paths = fc.constantFrom(
  "/auth/bitbucket/callback",
  "/auth/bitbucket/login",
  "/auth/dc/callback",
  "/auth/server/callback",
  "/auth/session",
  "/sign-in",
  "/api/auth/bitbucket/handler/frame",
);

test("whatever the query is: no failure, no secret, no session", async () => {
  await fc.assert(
    fc.asyncProperty(paths, queries, async (path, query) => {
      const visitor = place.visitor();
      await expectHeld(visitor, await visitor.ask(`${path}?${query}`));
    }),
    runs,
  );
  await expectUnbroken();
});

test("whatever the query is in the middle of a flow: it ends with somebody only by its own code and state", async () => {
  await fc.assert(
    fc.asyncProperty(queries, async (query) => {
      const visitor = place.visitor();
      const callback = await visitor.approve(await visitor.begin());
      const state = callback.searchParams.get("state") ?? "";
      await expectHeld(
        visitor,
        await visitor.ask(`${callback.pathname}?${query}&state=${state}&state=${state}`),
      );
      await expectHeld(visitor, await visitor.ask(`${callback.pathname}?${query}`));
    }),
    { numRuns: 40 },
  );
  await expectUnbroken();
});

test("whatever the cookies and headers are: no failure, no secret, no session", async () => {
  const headerNames = fc.constantFrom(
    "host",
    "origin",
    "referer",
    "user-agent",
    "accept",
    "accept-language",
    "sec-fetch-site",
    "sec-fetch-dest",
    "x-forwarded-for",
    "x-forwarded-host",
    "forwarded",
    "authorization",
    "hx-request",
    "hx-current-url",
    "x-csrf-token",
    "content-type",
    "if-none-match",
    "range",
  );
  const cookieNames = fc.constantFrom(
    "__Host-windlass-session",
    "__Host-windlass-browser",
    "windlass-session",
    "x",
    "__proto__",
  );
  const cookies = fc.array(fc.tuple(cookieNames, wireText), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(paths, fc.dictionary(headerNames, wireText), cookies, async (path, headers, pairs) => {
      const cookie = pairs.map(([name, value]) => `${name}=${value}`).join("; ");
      const visitor = place.visitor();
      const seen = await visitor.ask(path, { headers, ...(cookie === "" ? {} : { cookie }) });
      visitor.cookies.clear();
      await expectHeld(visitor, seen);
      const again = await visitor.ask(place.routes.session, { ...(cookie === "" ? {} : { cookie }) });
      expect(again.text).not.toMatch(/Vera|Mallory|Bob/);
    }),
    runs,
  );
  await expectUnbroken();
});

test("whatever Bitbucket answers to the exchange: no failure, no secret, no session", async () => {
  const field = fc.oneof(fc.jsonValue(), anyText, fc.constant("bearer"));
  const object = fc.record(
    {
      access_token: field,
      token_type: field,
      expires_in: field,
      refresh_token: field,
      scope: field,
      error: field,
      __proto__: field,
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    anyText,
    fc.json(),
    object.map((value) => JSON.stringify(value)),
  );
  const type = fc.constantFrom(
    "application/json",
    "text/html",
    "text/plain",
    "application/json; charset=utf-16",
    "",
  );
  const status = fc.constantFrom(200, 201, 204, 301, 302, 307, 400, 401, 403, 404, 418, 429, 500, 503);
  await fc.assert(
    fc.asyncProperty(status, type, body, async (code, contentType, text) => {
      place.upstream.answer("token", () => ({
        status: code,
        headers: {
          ...(contentType !== "" && { "content-type": contentType }),
          location: place.upstreams.other.origin,
        },
        body: text,
      }));
      const visitor = place.visitor();
      const seen = await visitor.ask(await visitor.approve(await visitor.begin()));
      await expectHeld(visitor, seen);
      expect(place.upstreams.other.count()).toBe(0);
    }),
    { numRuns: 80 },
  );
  place.upstream.answer("token", null);
  await expectUnbroken();
});

test("whatever Bitbucket says of a person: no failure, no secret, and a session for nobody else", async () => {
  const field = fc.oneof(fc.jsonValue(), anyText);
  const user = fc.record(
    { type: field, uuid: field, account_id: field, display_name: field, nickname: field, links: field },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    anyText,
    fc.json(),
    user.map((value) => JSON.stringify(value)),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("user", "emails"), body, async (endpoint, text) => {
      const visitor = place.visitor();
      const callback = await visitor.approve(await visitor.begin());
      const answer = { status: 200, headers: { "content-type": "application/json" }, body: text };
      place.upstream.answer(endpoint === "user" ? "user" : "emails", () => answer);
      const seen = await visitor.ask(callback);
      place.upstream.answer("user", null);
      place.upstream.answer("emails", null);
      expect(seen.status).not.toBe(500);
      const who = await visitor.whoIsSignedIn();
      expect(endpoint === "user" ? [null] : [null, "victim"]).toContain(who);
    }),
    { numRuns: 80 },
  );
  await expectUnbroken();
});
