/** Owns the part of group C that lies in the browser: cookies, headers, hosts, time. */
import assert from "node:assert/strict";
import { findBreaches } from "../../../tools/laws.ts";
import type { CatalogueEntry } from "../case.ts";
import { claimFlowAlive, claimNobody, claimNoCalls, claimRefused } from "../claims.ts";
import { loadedSources } from "../loaded-sources.ts";
import type { Place } from "../place.ts";
import type { Seen, Visitor } from "../visitor.ts";

async function midway(place: Place): Promise<{ readonly visitor: Visitor; readonly callback: URL }> {
  const visitor = place.visitor();
  return { visitor, callback: await visitor.approve(await visitor.begin()) };
}

const headerOf = (cookies: Iterable<readonly [string, string]>) =>
  [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");

/** The same length, one character changed. */
function flipped(value: string, at: number): string {
  const other = value.charAt(at) === "A" ? "B" : "A";
  return value.slice(0, at) + other + value.slice(at + 1);
}

/** Of somebody else's server: no page at the callback's address tells another host what stands in it. */
function claimTellsNobody({ headers, text }: Seen, what: string): void {
  if (/no-referrer|same-origin|strict-origin/.test(String(headers["referrer-policy"]))) return;
  const loads = [...text.matchAll(/<(?:script|img|link|iframe)[^>]*?(?:src|href)="([^"]+)"/g)];
  for (const [, source = ""] of loads)
    assert.ok(!/^(https?:)?\/\//.test(source), `${what} loads ${source} from elsewhere`);
}

function claimCarefulHeaders(place: Place, seen: Seen, what: string): void {
  if (place.isForeign) {
    claimTellsNobody(seen, what);
    return;
  }
  const { headers, status, text } = seen;
  assert.equal(headers["referrer-policy"], "no-referrer", `${what}: Referrer-Policy`);
  assert.match(String(headers["cache-control"]), /no-store/, `${what}: Cache-Control`);
  assert.ok(![301, 302, 307, 308].includes(status), `${what}: ${status}, not 303`);
  if (status === 303) return;
  const policy = String(headers["content-security-policy"]);
  assert.match(policy, /frame-ancestors 'none'/, `${what}: framing`);
  const loads = [...text.matchAll(/<(?:script|img|link|iframe)[^>]*?(?:src|href)="([^"]+)"/g)];
  for (const [, source = ""] of loads)
    assert.ok(!/^(https?:)?\/\//.test(source), `${what} loads ${source} from elsewhere`);
}

/** A visitor's cookies, told apart: what a sign-in's start sets, and what its end sets besides. */
async function cookiesByTime(place: Place) {
  const visitor = place.visitor();
  const callback = await visitor.approve(await visitor.begin());
  const before = new Map(visitor.cookies);
  await visitor.ask(callback);
  const after = new Map([...visitor.cookies].filter(([name]) => !before.has(name)));
  return { before, after };
}

export const callbackCookies: readonly CatalogueEntry[] = [
  {
    id: "C21",
    title: "Secrets are compared by one function, in constant time, whatever their length.",
    inside: true,
    async run() {
      const sources = loadedSources();
      const textOf = (wanted: string) => sources.find(({ path }) => path === wanted)?.text ?? "";
      assert.match(textOf("base/digest.ts"), /timingSafeEqual\(/);
      const complete = textOf("handshake/complete.ts");
      assert.match(complete, /equalSecrets\(/, "the browser's cookie is not compared by equalSecrets");
      const rooms = /^(handshake|sessions|signin|web|base|projects)\//;
      const breaches = sources.filter(({ path }) => rooms.test(path)).flatMap(findBreaches);
      assert.deepEqual(
        breaches.filter((breach) => breach.includes("=== on a secret")),
        [],
      );
      const { equalSecrets } = await import("../../../src/base/digest.ts");
      assert.ok(equalSecrets("a", "a") && !equalSecrets("a", "b") && !equalSecrets("a", "aa"));
      assert.ok(!equalSecrets("", "a") && !equalSecrets("a".repeat(100_000), "a"));
    },
  },
  {
    id: "C22",
    title:
      "Each answer of the callback is not stored, tells no referrer, loads nothing foreign, is not framed; 303.",
    async run(place) {
      const { visitor, callback } = await midway(place);
      claimCarefulHeaders(place, await visitor.ask(callback), "a sign-in");
      claimCarefulHeaders(place, await visitor.ask(callback), "the same again");
      const cold = place.visitor();
      claimCarefulHeaders(place, await cold.ask(`${callback.pathname}?code=x&state=y`), "an unknown flow");
      claimCarefulHeaders(place, await cold.ask(callback.pathname), "no parameters");
      claimCarefulHeaders(
        place,
        await cold.ask(`${callback.pathname}?error=access_denied&state=y`),
        "an error",
      );
      const failing = await midway(place);
      place.upstream.answer("token", () => ({ status: 503, body: "no" }));
      claimCarefulHeaders(place, await failing.visitor.ask(failing.callback), "a Bitbucket that is down");
    },
  },
  {
    id: "C23",
    title:
      "A callback under another name of the host, or as plain http where https is meant, signs nobody in.",
    async run(place) {
      const { visitor, callback } = await midway(place);
      if (place.isForeign) return claimNobodyThere(place);
      for (const headers of [
        { host: "evil.example" },
        { host: `127.0.0.1:${new URL(place.origin).port}` },
        { host: "evil.example", "x-forwarded-host": new URL(place.origin).host },
      ]) {
        const path = callback.pathname + callback.search;
        const seen = await visitor.ask(path, { headers });
        const what = JSON.stringify(headers);
        assert.ok(seen.status >= 300 && seen.status < 500, `${what}: ${seen.status}`);
        assert.deepEqual(seen.setCookies, [], `${what} sets a cookie`);
        if (seen.location !== null)
          assert.equal(seen.location.origin, place.origin, `${what} leads elsewhere`);
        // A browser that went there by another name has none of the cookies.
        await claimRefused(place.visitor(), await place.visitor().ask(path), what);
      }
      claimNoCalls(place);
      const names = [...visitor.cookies.keys()];
      assert.ok(
        names.every((name) => name.startsWith("__Host-")),
        `plain http would bring ${names.join(", ")}`,
      );
      await claimFlowAlive(visitor, callback);
    },
  },
  {
    id: "C24",
    title:
      "A code that comes too late ends with a page that says to try again, or begins again once; nothing loops.",
    async run(place) {
      const { visitor, callback } = await midway(place);
      place.upstream.answer("token", () => ({
        status: 400,
        headers: { "content-type": "application/json" },
        body: '{"error":"invalid_grant","error_description":"The code has expired"}',
      }));
      let seen = await visitor.ask(callback);
      for (let hops = 0; seen.location !== null; hops += 1) {
        assert.ok(hops < 6, "it loops");
        const away = seen.location.origin === place.upstream.origin;
        seen = await visitor.ask(away ? await visitor.approve(seen.location) : seen.location);
      }
      assert.ok(place.upstream.count("token") <= 2, `${place.upstream.count("token")} exchanges`);
      assert.ok(place.isForeign || (seen.status < 600 && seen.status !== 500), `it ends with ${seen.status}`);
      await claimNobody(visitor);
      place.upstream.answer("token", null);
      await visitor.signIn();
    },
  },
  {
    id: "C25",
    title:
      "Cookies planted by a sibling domain do not count: names begin with __Host-, a name that comes twice is refused.",
    browser: true,
    async run(place) {
      const { visitor, callback } = await midway(place);
      const attacker = place.visitor();
      const attack = await attacker.approve(await attacker.begin(), "attacker");
      const plain = [...attacker.cookies].map(
        ([name, value]) => [name.replace(/^__(Host|Secure)-/, ""), value] as const,
      );
      // Where only a name can protect, a sibling has to do without those that begin with __Host-.
      const planted = [...attacker.cookies].filter(
        ([name]) => !place.isForeign || !name.startsWith("__Host-"),
      );
      const both = [headerOf([...visitor.cookies, ...planted]), headerOf([...planted, ...visitor.cookies])];
      for (const cookie of [...both, headerOf(plain), headerOf([...plain, ...visitor.cookies])])
        await claimOpensNothing(place, { callback: attack, cookie, what: "a planted cookie" });
      if (place.isForeign) await claimPlantedAlone(place);
      claimNoCalls(place, "planted cookies");
      for (const name of visitor.cookies.keys())
        assert.ok(place.isForeign || name.startsWith("__Host-"), name);
      // Which of its cookies a sibling can plant, somebody else's server says by their names.
      if (!place.isForeign)
        await claimSiblingPlantsNothing(place, { cookies: [...attacker.cookies], attack });
      await claimFlowAlive(visitor, callback);
    },
  },
  {
    id: "C26",
    title: "A flow whose cookie is gone fails cleanly: there is no way round the check.",
    async run(place) {
      const { visitor, callback } = await midway(place);
      visitor.cookies.clear();
      await claimRefused(visitor, await visitor.ask(callback), "a jar that ran over");
      claimNoCalls(place);
      await visitor.begin();
      await claimRefused(visitor, await visitor.ask(callback), "a new cookie, the old flow");
      claimNoCalls(place);
      await visitor.signIn();
    },
  },
  {
    id: "C27",
    title: "A flow's cookie that is cut, changed, or in truth another cookie is refused.",
    async run(place) {
      const { after } = await cookiesByTime(place);
      const called = place.upstream.count();
      const { visitor, callback } = await midway(place);
      const own = [...visitor.cookies];
      // Somebody else's server may give a flow up at the first nonsense.
      const again = async () => (place.isForeign ? await midway(place) : { visitor, callback });
      const changes: ((value: string) => string)[] = [
        (value) => value.slice(0, -1),
        (value) => `${value}A`,
        (value) => flipped(value, 0),
        (value) => flipped(value, value.length >> 1),
        (value) => value.toLowerCase(),
        (value) => value + value,
        () => "",
        () => [...after.values()][0] ?? "none",
      ];
      for (const change of changes) {
        const flow = await again();
        const changed = [...flow.visitor.cookies].map(([name, value]) => [name, change(value)] as const);
        const attempt = { callback: flow.callback, cookie: headerOf(changed), what: String(change) };
        await claimOpensNothing(place, attempt);
      }
      const swapped = [...after.keys()].flatMap((name) => own.map(([, value]) => [name, value] as const));
      assert.equal(place.upstream.count(), called, "Bitbucket was called");
      const seen = await place.visitor().ask(place.routes.session, { cookie: headerOf(swapped) });
      assert.ok(!seen.text.includes("Vera"), "a flow's cookie is a session");
      await claimFlowAlive(visitor, callback);
    },
  },
];

interface Attempt {
  readonly callback: URL;
  readonly cookie: string;
  readonly what: string;
}

/** The callback with these cookies opens no session. */
async function claimOpensNothing(place: Place, { callback, cookie, what }: Attempt): Promise<void> {
  const visitor = place.visitor();
  const seen = await visitor.ask(callback, { cookie });
  if (place.isForeign) return claimRefused(visitor, seen, what);
  assert.ok(seen.status >= 300 && seen.status < 500, `${what}: ${seen.status}`);
  assert.ok(!seen.setCookies.some((line) => /session/i.test(line)), `${what} opens a session`);
}

/** A sibling's cookies in a browser that has no others, one flow at a time. */
async function claimPlantedAlone(place: Place): Promise<void> {
  const attacker = place.visitor();
  const callback = await attacker.approve(await attacker.begin(), "attacker");
  const planted = [...attacker.cookies].filter(([name]) => !name.startsWith("__Host-"));
  await claimOpensNothing(place, {
    callback,
    cookie: headerOf(planted),
    what: "nothing but planted cookies",
  });
}

/** A browser that went to a server by another name has none of the cookies. */
async function claimNobodyThere(place: Place): Promise<void> {
  for (const headers of [{ host: "evil.example" }, { host: `127.0.0.1:${new URL(place.origin).port}` }]) {
    const { visitor, callback } = await midway(place);
    const elsewhere = place.visitor();
    await elsewhere.ask(callback.pathname + callback.search, { headers });
    await claimNobody(elsewhere, JSON.stringify(headers));
    claimNoCalls(place);
    await claimFlowAlive(visitor, callback);
    place.upstream.reset();
  }
}

interface Planting {
  readonly cookies: readonly (readonly [string, string])[];
  readonly attack: URL;
}

/** A page of a sibling (`evil.localhost` beside `localhost`) sets the attacker's cookies for the whole domain, in Chromium. */
async function claimSiblingPlantsNothing(place: Place, { cookies, attack }: Planting): Promise<void> {
  const { hostname } = new URL(place.origin);
  if (hostname !== "localhost") return;
  const lines = cookies.flatMap(([name, value]) =>
    [
      "; Secure; Path=/; Domain=localhost",
      "; Path=/; Domain=localhost",
      "; Secure; Path=/auth; Domain=localhost",
    ].map((attributes) => `${name}=${value}${attributes}`),
  );
  const { other } = place.upstreams;
  other.answer("other", () => ({
    status: 200,
    headers: { "content-type": "text/html", "set-cookie": lines },
    body: "<p>hello</p>",
  }));
  const context = await (await place.chromium()).newContext();
  try {
    const page = await context.newPage();
    await page.goto(`http://evil.localhost:${new URL(other.origin).port}/plant`);
    const answer = await page.goto(attack.href);
    assert.ok((answer?.status() ?? 0) < 500);
    await page.goto(place.origin + place.routes.session);
    assert.ok(!(await page.content()).includes("Mallory"), "the sibling's cookies opened a session");
  } finally {
    await context.close();
  }
}
