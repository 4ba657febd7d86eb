import { afterAll, beforeAll, expect, test } from "vitest";
import { fc } from "../property.ts";
import { approveLink, linkedTo, userAfter, whoIs } from "./groups/e-people.ts";
import { anyText, openProperties, type Properties } from "./property-rig.ts";

let rig: Properties;
beforeAll(async () => {
  rig = await openProperties();
});
afterAll(() => rig.close());

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
  const header = fc.constantFrom(
    "retry-after",
    "content-encoding",
    "set-cookie",
    "www-authenticate",
    "x-evil",
  );
  const word = fc.oneof(fc.string({ unit: "grapheme-ascii" }), fc.constantFrom("gzip", "br", "9e99", "-1"));
  const headers = fc.dictionary(header, word, { maxKeys: 2 });
  await fc.assert(
    fc.asyncProperty(status, type, headers, body, async (code, contentType, others, text) => {
      rig.place.upstream.answer("token", () => ({
        status: code,
        headers: {
          ...others,
          ...(contentType !== "" && { "content-type": contentType }),
          location: rig.place.upstreams.other.origin,
        },
        body: text,
      }));
      const visitor = rig.place.visitor();
      const seen = await visitor.ask(await visitor.approve(await visitor.begin()));
      await rig.expectHeld(visitor, seen);
      expect(rig.place.upstreams.other.count()).toBe(0);
    }),
    { numRuns: 80 },
  );
  rig.place.upstream.answer("token", null);
  await rig.expectUnbroken();
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
  const victim = await userAfter(rig.place);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("user", "emails"), body, async (endpoint, text) => {
      const visitor = rig.place.visitor();
      const callback = await visitor.approve(await visitor.begin());
      const answer = { status: 200, headers: { "content-type": "application/json" }, body: text };
      rig.place.upstream.answer(endpoint === "user" ? "user" : "emails", () => answer);
      const seen = await visitor.ask(callback);
      rig.place.upstream.answer("user", null);
      rig.place.upstream.answer("emails", null);
      rig.expectQuiet(seen);
      const { user: found } = await whoIs(rig.place, visitor);
      // Whatever is called an id is one, but never the victim's; addresses change nobody.
      if (endpoint === "user") expect(found?.id).not.toBe(victim);
      else expect([undefined, victim]).toContain(found?.id);
    }),
    { numRuns: 80 },
  );
  await rig.expectUnbroken();
});

const jsonReply = (text: string, headers: Readonly<Record<string, string>> = {}) => ({
  status: 200,
  headers: { "content-type": "application/json", ...headers },
  body: text,
});

test("whatever Data Center says of the caller: no failure, no secret, no session", async () => {
  const field = fc.oneof(fc.jsonValue(), anyText);
  const user = fc.record(
    { id: field, name: field, slug: field, type: field, active: field, displayName: field, links: field },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    anyText,
    fc.json(),
    user.map((value) => JSON.stringify(value)),
  );
  const name = fc.string({ unit: fc.constantFrom(..."vera.%2F5cC/\\?#@+ \u00e4"), maxLength: 20 });
  const { dc } = rig.place.upstreams;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("users", "properties"), body, name, async (endpoint, text, said) => {
      const visitor = rig.place.visitor();
      const callback = await visitor.approve(await visitor.begin("dc"));
      if (endpoint === "users") dc.answer("users", () => jsonReply(text));
      else dc.answer("properties", () => jsonReply(text, { "x-ausername": said }));
      const seen = await visitor.ask(callback);
      for (const each of ["users", "properties"] as const) dc.answer(each, null);
      await rig.expectHeld(visitor, seen);
    }),
    { numRuns: 80 },
  );
  await rig.expectUnbroken();
});

test("whatever Server answers in OAuth 1.0a: no failure, no secret, no session", async () => {
  const name = fc.constantFrom(
    "oauth_token",
    "oauth_token_secret",
    "oauth_callback_confirmed",
    "oauth_problem",
    "x",
  );
  const form = fc
    .dictionary(name, fc.oneof(anyText, fc.constantFrom("true", "", "permission_denied")))
    .map((fields) => new URLSearchParams(fields).toString());
  const { server } = rig.place.upstreams;
  const status = fc.constantFrom(200, 302, 400, 401, 403, 404, 429, 500, 503);
  await fc.assert(
    fc.asyncProperty(fc.boolean(), status, fc.oneof(anyText, form), async (isFirst, code, text) => {
      const visitor = rig.place.visitor();
      const answer = () => ({ status: code, body: text });
      const callback = isFirst ? null : await visitor.approve(await visitor.begin("server"));
      server.answer(isFirst ? "request-token" : "access-token", answer);
      const seen = callback === null ? await visitor.start("server") : await visitor.ask(callback);
      for (const each of ["request-token", "access-token"] as const) server.answer(each, null);
      await rig.expectHeld(visitor, seen);
    }),
    { numRuns: 80 },
  );
  await rig.expectUnbroken();
});

test("whatever Bitbucket answers where an account is to be linked: no failure, no secret, nothing linked", async () => {
  const visitor = rig.place.visitor();
  await visitor.signIn();
  const before = await linkedTo(visitor);
  const { other } = rig.place.upstreams;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("token", "user"),
      fc.oneof(anyText, fc.json()),
      async (endpoint, text) => {
        const callback = await approveLink(rig.place, visitor, {});
        other.answer(endpoint === "token" ? "token" : "user", () => jsonReply(text));
        const seen = await visitor.ask(callback);
        for (const each of ["token", "user"] as const) other.answer(each, null);
        rig.expectQuiet(seen);
        expect(seen.status).toBeGreaterThanOrEqual(400);
      },
    ),
    { numRuns: 40 },
  );
  expect(await linkedTo(visitor)).toEqual(before);
  expect(await visitor.whoIsSignedIn()).toBe("victim");
  await rig.expectUnbroken();
});
