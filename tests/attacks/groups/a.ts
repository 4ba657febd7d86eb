/** Owns group A of the catalogue: attacks on the start of a sign-in. */
import assert from "node:assert/strict";
import type { CatalogueEntry } from "../case.ts";
import { claimNoCalls } from "../claims.ts";
import { inTurns } from "../in-turns.ts";
import type { Place } from "../place.ts";
import type { Visitor } from "../visitor.ts";

/**
 * The challenge of an authorization request is S256 of a verifier nobody has seen before. Somebody else's server may do with
 * either of state and challenge here: whether that is enough is what the callback's cases ask.
 */
function claimOwnRequest({ searchParams }: URL, seen: Set<string>, isForeign: boolean): void {
  const names = ["state", "code_challenge"].filter((name) => !isForeign || searchParams.has(name));
  assert.ok(names.length > 0, "neither state nor challenge");
  for (const name of names) {
    const value = searchParams.get(name) ?? "";
    assert.ok(value.length >= 22, `${name} has fewer than 128 bits: ${value}`);
    assert.ok(!seen.has(value), `${name} came twice`);
    seen.add(value);
  }
  if (!names.includes("code_challenge")) return;
  assert.equal(searchParams.get("code_challenge_method"), "S256");
  assert.match(searchParams.get("code_challenge") ?? "", /^[\w-]{43}$/);
}

/** Where the redirect URI of a start leads, whatever else the answer is. */
function redirectUriOf(location: URL): URL {
  return new URL(location.searchParams.get("redirect_uri") ?? "about:blank");
}

async function finish(visitor: Visitor, callback: URL): Promise<void> {
  const seen = await visitor.ask(callback);
  const who = await visitor.whoIsSignedIn();
  assert.equal(who, "victim", `a tab ended with ${seen.status}`);
}

const foreignHosts: readonly Readonly<Record<string, string>>[] = [
  { host: "evil.example" },
  { host: "localhost:1" },
  { host: "localhost:80@evil.example" },
  { "x-forwarded-host": "evil.example" },
  { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "x-forwarded-port": "4443" },
  { forwarded: 'for=1.1.1.1;host="evil.example";proto=https' },
  { "x-original-host": "evil.example", "x-rewrite-url": "//evil.example/" },
  { "x-forwarded-prefix": "//evil.example" },
];

const noIds = [
  "no-such-instance",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "..",
  "%2e%2e",
  "..%2fbitbucket",
  "bitbucket%00",
  "bitbucket%2f..",
  "BITBUCKET",
  "%ff",
  "%",
  "x".repeat(5_000),
];

const embedded: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["HEAD", {}],
  ["GET", { "sec-purpose": "prefetch" }],
  ["GET", { "sec-purpose": "prefetch;prerender" }],
  ["GET", { "sec-fetch-dest": "image", "sec-fetch-mode": "no-cors", "sec-fetch-site": "cross-site" }],
  ["GET", { "sec-fetch-dest": "iframe", "sec-fetch-mode": "navigate", "sec-fetch-site": "cross-site" }],
  ["GET", { "sec-fetch-dest": "empty", "sec-fetch-mode": "cors", "sec-fetch-site": "cross-site" }],
  ["GET", { "sec-fetch-dest": "script", "sec-fetch-mode": "no-cors" }],
];

const tabs = 20;
const tabsThatEnd = 10;

async function openTabs(visitor: Visitor): Promise<readonly URL[]> {
  const callbacks: URL[] = [];
  for (let tab = 0; tab < tabs; tab += 1) callbacks.push(await visitor.approve(await visitor.begin()));
  return callbacks;
}

/** Gives how many were begun. */
async function flood(place: Place, starts: number): Promise<number> {
  let begun = 0;
  const each = Array.from({ length: starts }, (_, at) => at);
  await inTurns(each, 8, async () => {
    const seen = await place.visitor().start();
    assert.ok([302, 303, 429, 503].includes(seen.status), `a start of many is answered with ${seen.status}`);
    if (seen.status < 400) begun += 1;
  });
  return begun;
}

export const groupA: readonly CatalogueEntry[] = [
  {
    id: "A1",
    title: "A state in the start's address is ignored: the server makes its own, of 128 bits at least.",
    async run(place) {
      const visitor = place.visitor();
      const login = place.routes.login(place.instance);
      const seen = await visitor.ask(`${login}?state=attackers-own-state-0123456789&State=x&state[]=y`);
      const state = seen.location?.searchParams.getAll("state") ?? [];
      assert.equal(state.length, 1, `states: ${state.length}`);
      assert.ok(!state[0]?.includes("attackers-own-state"), "the attacker's state was taken");
      assert.ok((state[0] ?? "").length >= 22, "fewer than 128 bits");
      const again = await visitor.begin();
      assert.notEqual(again.searchParams.get("state"), state[0], "a state came twice");
    },
  },
  {
    id: "A2",
    title: "Scope, redirect URI, client and response type of the start's address are ignored.",
    async run(place) {
      const plain = await place.visitor().begin();
      const query = new URLSearchParams({
        scope: "repository:admin",
        redirect_uri: "https://evil.example/callback",
        client_id: "attackers-client",
        response_type: "token",
        response_mode: "fragment",
        prompt: "none",
        code_challenge: "attackers-challenge-0123456789-0123456789-01",
        code_challenge_method: "plain",
      });
      const seen = await place.visitor().ask(`${place.routes.login(place.instance)}?${query}`);
      assert.ok(seen.location, `no way to Bitbucket: ${seen.status}`);
      assert.equal(seen.location.origin, plain.origin);
      for (const [name, value] of seen.location.searchParams)
        if (name !== "state" && name !== "code_challenge")
          assert.equal(value, plain.searchParams.get(name), `${name} was taken from the address`);
      assert.ok(!seen.location.href.includes("attackers"), "a value of the attacker's went along");
    },
  },
  {
    id: "A3",
    title:
      "An instance nobody knows, a word of JavaScript or a path as its id is not found, and nobody is called.",
    instances: true,
    async run(place) {
      for (const id of noIds) {
        for (const path of [place.routes.login(id), `${place.routes.callback(id)}?code=x&state=y`]) {
          const seen = await place.visitor().ask(path);
          // What is left of `/auth/../login` is a page of the server's own, which may ask to sign in first.
          const isOwnPage = id.includes("..") || id.includes("%2e%2e");
          const isElsewhere = isOwnPage && seen.location?.origin === place.origin;
          assert.ok(
            seen.status === 404 || isElsewhere,
            `${path.slice(0, 80)} is answered with ${seen.status}`,
          );
          assert.deepEqual(seen.setCookies, [], `${path.slice(0, 80)} sets a cookie`);
        }
      }
      claimNoCalls(place);
    },
  },
  {
    id: "A4",
    title:
      "Another site begins no trip that changes what a signed-in person has; a sign-in begun by it is harmless.",
    inside: true,
    async run(place) {
      const visitor = place.visitor();
      await visitor.signIn();
      const { csrf } = JSON.parse((await visitor.ask(place.routes.session)).text) as { csrf: string }; // described by the session route
      const made = await visitor.ask("/projects", {
        method: "POST",
        body: new URLSearchParams({ csrf, name: "Mine" }),
        headers: { origin: place.origin },
      });
      const begins = [`${made.location?.pathname}/connect/bitbucket`, "/account/link/other"];
      const foreign = [
        { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
        { origin: "null" },
        {},
      ];
      for (const path of begins) {
        for (const headers of foreign) {
          // The last one comes without a word on where from: then the token is missing.
          const body = new URLSearchParams(Object.keys(headers).length === 0 ? {} : { csrf });
          const seen = await visitor.ask(path, { method: "POST", headers, body });
          assert.ok([403, 404].includes(seen.status), `${path} from elsewhere: ${seen.status}`);
        }
        const seen = await visitor.ask(path, { headers: { "sec-fetch-site": "cross-site" } });
        assert.notEqual(seen.location?.origin, place.upstream.origin, `GET ${path} begins a trip`);
      }
      const login = await visitor.ask(place.routes.login("bitbucket"), {
        headers: { "sec-fetch-site": "cross-site", "sec-fetch-dest": "document" },
      });
      assert.equal(login.location?.origin, place.upstream.origin);
      assert.equal(await visitor.whoIsSignedIn(), "victim");
    },
  },
  {
    id: "A5",
    title: "A prefetch, a HEAD, an image, a frame or a script's call begins no flow and sets no cookie.",
    async run(place) {
      const login = place.routes.login(place.instance);
      for (const [method, headers] of embedded) {
        const seen = await place.visitor().ask(login, { method, headers });
        const what = `${method} ${JSON.stringify(headers)}`;
        assert.deepEqual(seen.setCookies, [], `${what} sets a cookie`);
        assert.equal(seen.location?.searchParams.get("state") ?? null, null, `${what} begins a flow`);
      }
      await place.visitor().signIn();
    },
  },
  {
    id: "A6",
    title: "Of twenty tabs the last ten end well in any order, and the browser's cookies stay small.",
    async run(place) {
      const visitor = place.visitor();
      const callbacks = await openTabs(visitor);
      const size = [...visitor.cookies].reduce((sum, [name, value]) => sum + name.length + value.length, 0);
      assert.ok(size < 4_096, `${size} bytes of cookies`);
      const last = callbacks.slice(-tabsThatEnd);
      for (const at of [5, 0, 9, 3, 8, 1, 7, 2, 6, 4])
        await finish(visitor, last[at] ?? new URL("about:blank"));
    },
  },
  {
    id: "A7",
    title: "Host, X-Forwarded-Host and Forwarded have no part in the redirect URI.",
    async run(place) {
      const login = place.routes.login(place.instance);
      for (const headers of foreignHosts) {
        const seen = await place.visitor().ask(login, { headers });
        const what = JSON.stringify(headers);
        assert.ok(
          !`${JSON.stringify(seen.headers)}${seen.text}`.includes("evil.example"),
          `${what} is echoed`,
        );
        if (seen.location === null || seen.location.origin === place.origin) continue;
        assert.equal(redirectUriOf(seen.location).origin, place.origin, what);
      }
    },
  },
  {
    id: "A8",
    title: "States and challenges never repeat; the verifier fits RFC 7636, and the method is S256.",
    patience: 30_000,
    async run(place) {
      const seen = new Set<string>();
      const some = Array.from({ length: 150 }, (_, at) => at);
      await inTurns(some, 8, async () =>
        claimOwnRequest(await place.visitor().begin(), seen, place.isForeign),
      );
      assert.equal(place.isForeign || seen.size === 300, true, `${seen.size} of 300 are unlike`);
      await inTurns(some.slice(0, 10), 2, async () => void (await place.visitor().signIn()));
      const verifiers = place.upstream.asked
        .filter(({ endpoint }) => endpoint === "token")
        .map(({ form }) => form.get("code_verifier") ?? "");
      if (place.isForeign && verifiers.every((verifier) => verifier === "")) return;
      assert.equal(new Set(verifiers).size, 10, "a verifier came twice, or none came");
      for (const verifier of verifiers) assert.match(verifier, /^[A-Za-z0-9\-._~]{43,128}$/);
    },
  },
  {
    id: "A9",
    title:
      "A flood of starts leaves memory flat, and somebody else's sign-in goes on; what pages embed counts for nothing.",
    inside: true,
    needs: { config: () => ({ limits: { totalPerMinute: 200 } }) },
    patience: 60_000,
    async run(place) {
      await flood(place, 50);
      const before = await place.inside.memory();
      const begun = await flood(place, 350);
      const grown = (await place.inside.memory()) - before;
      assert.ok(begun > 100 && begun < 350, `of 350 starts in a moment ${begun} were begun`);
      assert.ok(grown < 4 * 1024 * 1024, `350 starts left ${Math.round(grown / 1024)} KiB`);
      await place.inside.advance(61);
      const embedded = { headers: { "sec-fetch-dest": "image", "sec-fetch-site": "cross-site" } };
      const login = place.routes.login(place.instance);
      await inTurns(
        Array.from({ length: 250 }, (_, at) => at),
        8,
        async () => void (await place.visitor().ask(login, embedded)),
      );
      const left = await flood(place, 100);
      assert.equal(left, 100, `what was embedded in pages left room for ${left} of 100 starts`);
      await place.visitor().signIn();
    },
  },
];
