/** Owns group L of the catalogue: attacks on OAuth 1.0a with Server. */
import assert from "node:assert/strict";
import type { CatalogueEntry } from "../case.ts";
import { claimFlowAlive, claimNobody, claimRefused } from "../claims.ts";
import { baseString, isSignedBy, readOAuthHeader } from "../oauth1-check.ts";
import { applicationLinkKey, type Place } from "../place.ts";
import type { Asked, Reply } from "../upstream.ts";
import type { Visitor } from "../visitor.ts";

async function midway(place: Place, person: "victim" | "attacker" = "victim") {
  const visitor = place.visitor();
  return { visitor, callback: await visitor.approve(await visitor.begin("server"), person) };
}

function changed(url: URL, fields: Readonly<Record<string, string | null>>): URL {
  const next = new URL(url);
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) next.searchParams.delete(name);
    else next.searchParams.set(name, value);
  }
  return next;
}

/** The honest answer with another text in it. */
function edited(reply: Reply, find: string, replace: string): Reply {
  const body = String(reply.body);
  assert.ok(body.includes(find), `the honest answer does not say ${find}`);
  return { ...reply, body: body.replace(find, replace) };
}

async function claimNotTraded(place: Place, visitor: Visitor, what: string): Promise<void> {
  assert.equal(place.upstreams.server.count("access-token", "users", "properties"), 0, `${what}: traded`);
  await claimNobody(visitor, what);
}

const dance: readonly CatalogueEntry[] = [
  {
    id: "L1",
    title: "A request token whose callback is not confirmed leads nobody to Bitbucket.",
    inside: true,
    instances: true,
    async run(place) {
      const { server } = place.upstreams;
      for (const said of [
        "",
        "&oauth_callback_confirmed=false",
        "&oauth_callback_confirmed=",
        "&oauth_callback_confirmed=false&oauth_callback_confirmed=false",
      ]) {
        server.answer("request-token", (_, honest) =>
          edited(honest(), "&oauth_callback_confirmed=true", said),
        );
        const visitor = place.visitor();
        const seen = await visitor.start("server");
        assert.ok(seen.status >= 400, `${said || "nothing"} is answered with ${seen.status}`);
        assert.notEqual(seen.location?.origin, server.origin, "the browser was sent to Bitbucket");
        await claimNotTraded(place, visitor, said);
      }
      server.answer("request-token", null);
      await place.visitor().signIn("server");
    },
  },
  {
    id: "L2",
    title:
      "A callback without a verifier is refused before Bitbucket is asked: a 1.0 session cannot be fixed.",
    inside: true,
    instances: true,
    async run(place) {
      for (const verifier of [null, ""]) {
        const { visitor, callback } = await midway(place);
        const seen = await visitor.ask(changed(callback, { oauth_verifier: verifier }));
        await claimRefused(visitor, seen, `verifier ${verifier}`);
        await claimNotTraded(place, visitor, `verifier ${verifier}`);
      }
      // The attacker begins, the victim approves at Bitbucket, the attacker ends it without what only the victim was given.
      const attacker = place.visitor();
      const begun = await attacker.begin("server");
      await place.visitor().approve(begun, "victim");
      const token = begun.searchParams.get("oauth_token") ?? "";
      const guess = new URL(`${place.routes.callback("server")}?oauth_token=${token}`, place.origin);
      await claimRefused(attacker, await attacker.ask(guess), "a fixed session");
      await claimNotTraded(place, attacker, "a fixed session");
    },
  },
  {
    id: "L3",
    title:
      "Another browser's request token is refused with no call made, and one's own trip still ends well.",
    inside: true,
    instances: true,
    async run(place) {
      const attack = await midway(place, "attacker");
      const { visitor, callback } = await midway(place);
      const elsewhere = new URL(place.routes.callback("dc") + callback.search, place.origin);
      const twice = new URL(callback);
      twice.searchParams.append("oauth_token", attack.callback.searchParams.get("oauth_token") ?? "");
      const strange = changed(callback, { oauth_token: "never-issued" });
      for (const wrong of [
        attack.callback,
        elsewhere,
        twice,
        strange,
        changed(callback, { oauth_token: null }),
      ]) {
        await claimRefused(visitor, await visitor.ask(wrong), wrong.pathname);
        await claimNotTraded(place, visitor, wrong.pathname);
      }
      await claimFlowAlive(visitor, callback, "after the attack");
    },
  },
  {
    id: "L4",
    title: "The request token and its secret lie in no cookie, in no answer and in no file in clear.",
    inside: true,
    instances: true,
    async run(place) {
      const { visitor, callback } = await midway(place);
      const secrets = place.upstreams.server.secrets().filter((each) => /^(secret|verifier)-/.test(each));
      assert.ok(secrets.length > 0, "no secret was issued");
      const token = callback.searchParams.get("oauth_token") ?? "";
      const cookies = place.answers.flatMap(({ setCookies }) => setCookies);
      for (const line of cookies)
        assert.match(line, /; ?HttpOnly/i, `a cookie scripts can read: ${line.split("=")[0]}`);
      const whole = Buffer.from(cookies.join("\n") + place.answers.map(({ text }) => text).join("\n"));
      const stored = place.inside.databaseBytes();
      for (const secret of [...secrets, token]) {
        for (const form of [
          secret,
          Buffer.from(secret).toString("base64"),
          Buffer.from(secret).toString("hex"),
        ]) {
          assert.ok(!whole.includes(form), "an answer or a cookie holds the request token's secret");
          assert.ok(!stored.includes(form), "the database holds it in clear");
        }
      }
      await claimFlowAlive(visitor, callback);
    },
  },
];

/** What a hostile or awkward person may be called there. */
const awkwardName = "véra+~*!'() &=%41";

const signing: readonly CatalogueEntry[] = [
  {
    id: "L5",
    title:
      "Every request is signed as RFC 5849 says, with a nonce used once and the time it is, whatever is in its address.",
    inside: true,
    instances: true,
    async run(place) {
      claimVector();
      const { server } = place.upstreams;
      server.people.victim = { ...server.people.victim, userName: awkwardName };
      for (let index = 0; index < 5; index += 1) await place.visitor().signIn("server");
      await place.inside.advance(3_600);
      await place.visitor().signIn("server");
      const signed = server.asked.filter(({ headers }) => headers.authorization !== undefined);
      assert.ok(signed.length >= 18, `only ${signed.length} signed requests`);
      for (const asked of signed) claimSigned(asked);
      const nonces = signed.map((asked) => readOAuthHeader(asked).get("oauth_nonce") ?? "");
      assert.equal(new Set(nonces).size, nonces.length, "a nonce came twice");
      for (const nonce of nonces) assert.ok(nonce.length >= 22, "a nonce of less than 128 bits");
      const last = signed.at(-1);
      assert.ok(last);
      const skew =
        Number(readOAuthHeader(last).get("oauth_timestamp")) - (await place.inside.now()).getTime() / 1000;
      assert.ok(Math.abs(skew) <= 10, `the timestamp is ${skew} seconds off`);
    },
  },
  {
    id: "L6",
    title: "A person who says no has cancelled: said plainly, nothing traded, and the next attempt works.",
    inside: true,
    instances: true,
    async run(place) {
      const words = [
        { oauth_verifier: "denied" },
        { oauth_verifier: null, oauth_problem: "permission_denied" },
        { oauth_problem: "permission_denied" },
      ];
      for (const each of words) {
        const { visitor, callback } = await midway(place);
        const seen = await visitor.ask(changed(callback, each));
        assert.equal(seen.status, 403);
        assert.match(seen.text, /It was cancelled at Bitbucket/);
        await claimNotTraded(place, visitor, JSON.stringify(each));
        assert.equal((await visitor.ask(callback)).status >= 300, true);
        await claimNotTraded(place, visitor, "the same trip after the no");
      }
      const { visitor, callback } = await midway(place);
      const bare = new URL(`${callback.origin}${callback.pathname}?oauth_problem=permission_denied`);
      await claimRefused(visitor, await visitor.ask(bare), "a problem without a token");
      const script = changed(callback, { oauth_token: "x", oauth_problem: "<script>alert(1)</script>" });
      const seen = await visitor.ask(script);
      assert.ok(!seen.text.includes("alert(1)"), "the problem is echoed");
      await claimFlowAlive(visitor, callback, "after another's no");
    },
  },
];

/** That the check below is one: the example of RFC 5849 section 3.4.1.1. */
function claimVector(): void {
  const url = new URL("http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b");
  const parameters: [string, string][] = [
    ["oauth_consumer_key", "9djdj82h48djs9d2"],
    ["oauth_token", "kkk9d7dh3k39sjv7"],
    ["oauth_signature_method", "HMAC-SHA1"],
    ["oauth_timestamp", "137131201"],
    ["oauth_nonce", "7d8f3e4a"],
    ["c2", ""],
    ["a3", "2 q"],
  ];
  assert.equal(
    baseString("POST", url, parameters),
    "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26" +
      "oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26" +
      "oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7",
  );
}

function claimSigned(asked: Asked): void {
  const header = readOAuthHeader(asked);
  assert.equal(header.get("oauth_signature_method"), "RSA-SHA1");
  assert.ok(
    isSignedBy(asked, applicationLinkKey),
    `${asked.method} ${asked.path} is not signed as it was sent`,
  );
  assert.ok(!asked.path.includes("oauth_"), "OAuth's parameters stand in the address");
}

export const groupL: readonly CatalogueEntry[] = [...dance, ...signing];
