import { afterAll, beforeAll, expect, test } from "vitest";
import { fc } from "../property.ts";
import { linkedTo, post, whoIs } from "./groups/e-people.ts";
import { anyText, openProperties, type Properties } from "./property-rig.ts";

let rig: Properties;
beforeAll(async () => {
  rig = await openProperties();
});
afterAll(() => rig.close());

const runs = { numRuns: 120 };

/** What may stand in a header's value or in a request line, and what is put there percent-encoded. */
const wireText = fc.string({
  unit: fc.constantFrom(..."aA0 -_.~%=&+;,/\\?#[]{}<>\"'`|^@:!$()*\u00ff\u00e4"),
});
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
      const visitor = rig.place.visitor();
      await rig.expectHeld(visitor, await visitor.ask(`${path}?${query}`));
    }),
    runs,
  );
  await rig.expectUnbroken();
});

test("whatever the query is in the middle of a flow: it ends with somebody only by its own code and state", async () => {
  await fc.assert(
    fc.asyncProperty(queries, async (query) => {
      const visitor = rig.place.visitor();
      const callback = await visitor.approve(await visitor.begin());
      const state = callback.searchParams.get("state") ?? "";
      await rig.expectHeld(
        visitor,
        await visitor.ask(`${callback.pathname}?${query}&state=${state}&state=${state}`),
      );
      await rig.expectHeld(visitor, await visitor.ask(`${callback.pathname}?${query}`));
    }),
    { numRuns: 40 },
  );
  await rig.expectUnbroken();
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
      const visitor = rig.place.visitor();
      const seen = await visitor.ask(path, { headers, ...(cookie === "" ? {} : { cookie }) });
      visitor.cookies.clear();
      await rig.expectHeld(visitor, seen);
      const again = await visitor.ask(rig.place.routes.session, { ...(cookie === "" ? {} : { cookie }) });
      expect(again.text).not.toMatch(/Vera|Mallory|Bob/);
    }),
    // No address can be made of that host.
    { ...runs, examples: [["/auth/bitbucket/callback", { host: "256.256.256.256" }, []]] },
  );
  await rig.expectUnbroken();
});

const methods = fc.constantFrom("POST", "POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS");
const changing = fc.constantFrom(
  "/auth/logout",
  "/auth/bitbucket/login",
  "/auth/server/callback",
  "/account/link",
  "/account/unlink",
  "/account/sessions/end",
  "/account/sessions/end-others",
  "/api/v1/account/link",
  "/api/v1/account/unlink",
);
const types = fc.constantFrom(
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "multipart/form-data",
  "application/json",
  "text/plain",
  "",
);
const fieldNames = fc.constantFrom("csrf", "instance", "id", "session", "user", "instance[]", "__proto__");
const fieldValues = fc.oneof(
  anyText,
  fc.constantFrom("bitbucket", "other", "dc", "server", "constructor", ""),
);
const fields = fc.dictionary(fieldNames, fieldValues, { maxKeys: 4 });
const bodies = fc.oneof(
  anyText,
  fc.json(),
  fields.map((each) => JSON.stringify(each)),
  fields.map((each) => new URLSearchParams(each).toString()),
  anyText.map((text) => `--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n${text}\r\n--x--\r\n`),
);

test("whatever a stranger sends to what changes something: no failure, no secret, no session", async () => {
  await fc.assert(
    fc.asyncProperty(methods, changing, types, bodies, async (method, path, type, text) => {
      const visitor = rig.place.visitor();
      const headers = type === "" ? {} : { "content-type": type };
      const body = ["GET", "HEAD"].includes(method) ? {} : { body: text.toWellFormed() };
      await rig.expectHeld(visitor, await visitor.ask(path, { method, headers, ...body }));
    }),
    runs,
  );
  await rig.expectUnbroken();
});

test("whatever is sent in a person's name without the page's token: nothing is linked, unlinked or ended", async () => {
  const visitor = rig.place.visitor();
  await visitor.signIn();
  const before = await linkedTo(visitor);
  await fc.assert(
    fc.asyncProperty(methods, changing, types, bodies, async (method, path, type, text) => {
      const headers = type === "" ? {} : { "content-type": type };
      const body = ["GET", "HEAD"].includes(method) ? {} : { body: text.toWellFormed() };
      // Whoever may begin a sign-in may do so in their own name too.
      const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const seen = await rig.place.visitor().ask(path, { method, headers, ...body, cookie });
      rig.expectQuiet(seen);
      expect(await visitor.whoIsSignedIn()).toBe("victim");
    }),
    runs,
  );
  expect(await linkedTo(visitor)).toEqual(before);
  await rig.expectUnbroken();
});

test("whatever a person's own form holds: no failure, no secret, and an account is left to sign in with", async () => {
  const visitor = rig.place.visitor();
  await visitor.signIn();
  const before = await linkedTo(visitor);
  const forms = fc.constantFrom("/account/link", "/account/unlink", "/account/sessions/end");
  await fc.assert(
    fc.asyncProperty(forms, fields, async (path, each) => {
      rig.expectQuiet(await post(rig.place, visitor, path, each));
      expect((await whoIs(rig.place, visitor)).user).not.toBeNull();
    }),
    { numRuns: 60 },
  );
  expect(await linkedTo(visitor)).toEqual(before);
  await rig.expectUnbroken();
});
