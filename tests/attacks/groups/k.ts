/** Owns group K of the catalogue: attacks on the identity tokens that others believe. */
import assert from "node:assert/strict";
import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, sign } from "node:crypto";
import { createRemoteJWKSet, jwtVerify } from "jose";
import type { AttackCase, CatalogueEntry, NotApplicable } from "../case.ts";
import type { Place, PlaceNeeds } from "../place.ts";
import type { Visitor } from "../visitor.ts";

const tokenPath = "/auth/identity-token";

const withTokens = (more: object = {}): PlaceNeeds => ({ config: () => ({ identityToken: { ...more } }) });

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
const decode = (part = "") =>
  JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;

async function askToken(visitor: Visitor, headers: Readonly<Record<string, string>> = {}) {
  const { csrf } = JSON.parse((await visitor.ask("/auth/session")).text) as { csrf?: string };
  return visitor.ask(tokenPath, {
    method: "POST",
    headers: { ...(csrf !== undefined && { "x-csrf-token": csrf }), ...headers },
  });
}

async function tokenOf(place: Place): Promise<{ readonly visitor: Visitor; readonly token: string }> {
  const visitor = place.visitor();
  await visitor.signIn();
  const seen = await askToken(visitor);
  assert.equal(seen.status, 200, "whoever is signed in gets one");
  return { visitor, token: (JSON.parse(seen.text) as { token: string }).token };
}

async function isBelieved(place: Place, token: string): Promise<boolean> {
  const { status, text } = await place
    .visitor()
    .ask("/v1/userinfo", { headers: { authorization: `Bearer ${token}` }, cookie: null });
  assert.ok([200, 400, 401].includes(status), `userinfo is answered with ${status}`);
  assert.equal(status === 200, text.includes('"claims"'));
  return status === 200;
}

/** By what a forger can know: the token, the published keys, keys of their own. */
async function forgeries(place: Place, token: string): Promise<Readonly<Record<string, string>>> {
  const [head = "", body = "", signature = ""] = token.split(".");
  const header = decode(head);
  const claims = { ...decode(body), sub: "user:default/root", ent: ["user:default/root"] };
  const { keys } = JSON.parse((await place.visitor().ask("/.well-known/jwks.json")).text);
  const [published] = keys as [JsonWebKey];
  const publicKey = createPublicKey({ key: published, format: "jwk" });
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = own.publicKey.export({ format: "jwk" });
  const signedByOwn = (more: object) => {
    const text = `${encode({ ...header, ...more })}.${encode(claims)}`;
    const mine = sign("sha256", Buffer.from(text), { key: own.privateKey, dsaEncoding: "ieee-p1363" });
    return `${text}.${mine.toString("base64url")}`;
  };
  const byHmac = (secret: string | Buffer) => {
    const text = `${encode({ ...header, alg: "HS256" })}.${encode(claims)}`;
    return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
  };
  const elsewhere = `${place.upstream.origin}/jwks.json`;
  return {
    "no algorithm, no signature": `${encode({ ...header, alg: "none" })}.${encode(claims)}.`,
    "no algorithm, the signature of another": `${encode({ ...header, alg: "nOnE" })}.${encode(claims)}.${signature}`,
    "an HMAC with the published key in PEM": byHmac(publicKey.export({ type: "spki", format: "pem" })),
    "an HMAC with the published key in DER": byHmac(publicKey.export({ type: "spki", format: "der" })),
    "an HMAC with the published key in JSON": byHmac(JSON.stringify(published)),
    "an HMAC with nothing": byHmac(""),
    "a key of one's own under the known name": signedByOwn({}),
    "a key of one's own in the header": signedByOwn({ kid: undefined, jwk }),
    "a key of one's own at an address": signedByOwn({ kid: "own", jku: elsewhere, x5u: elsewhere }),
    "a name that is a path": signedByOwn({ kid: "../../../../../../dev/null" }),
    "a name that is SQL": signedByOwn({ kid: "x' union select 'AA==' --" }),
    "a name that is a property": signedByOwn({ kid: "__proto__" }),
    "a signature of zeros": `${head}.${encode(claims)}.${Buffer.alloc(64).toString("base64url")}`,
    "other claims under the signature": `${head}.${encode(claims)}.${signature}`,
    "a longer life under the signature": `${head}.${encode({ ...decode(body), exp: 9_999_999_999 })}.${signature}`,
    "a reduced one": `${encode({ typ: "vnd.backstage.limited-user", alg: "ES256", kid: header.kid })}.${encode(
      {
        sub: decode(body).sub,
        iat: decode(body).iat,
        exp: decode(body).exp,
      },
    )}.${String(decode(body).uip)}`,
    "half of one": `${head}.${body}`,
    nothing: "..",
  };
}

async function areForged(place: Place): Promise<void> {
  const { visitor, token } = await tokenOf(place);
  assert.ok(await isBelieved(place, token), "a good one is believed");
  const asked = place.upstream.asked.length;
  for (const [what, forged] of Object.entries(await forgeries(place, token)))
    assert.ok(!(await isBelieved(place, forged)), `${what} is believed`);
  assert.equal(place.upstream.asked.length, asked, "an address in a header is asked");
  const keySet = createRemoteJWKSet(new URL("/.well-known/jwks.json", place.origin));
  const algorithms = ["ES256"];
  await jwtVerify(token, keySet, { issuer: place.origin, audience: "backstage", algorithms });
  const elsewhere = await place.beside(withTokens({ audience: "another" }));
  const other = await tokenOf(elsewhere);
  assert.ok(!(await isBelieved(place, other.token)), "one for somebody else is believed");
  await askedByStrangers(visitor, place);
  const { csrf } = JSON.parse((await visitor.ask("/auth/session")).text) as { csrf: string };
  await visitor.ask("/auth/logout", { method: "POST", body: new URLSearchParams({ csrf }) });
  assert.ok(!(await isBelieved(place, token)), "it outlives its session");
}

/** Nobody is given one by a page of elsewhere, by a cookie alone or without one. */
async function askedByStrangers(visitor: Visitor, place: Place): Promise<void> {
  const bare = await visitor.ask(tokenPath, { method: "POST" });
  const foreign = await askToken(visitor, { origin: "https://evil.example", "sec-fetch-site": "cross-site" });
  const stranger = await askToken(place.visitor());
  for (const seen of [bare, foreign, stranger]) {
    assert.ok([401, 403].includes(seen.status), `it is given with ${seen.status}`);
    assert.doesNotMatch(seen.text, /eyJ/);
  }
  const read = await visitor.ask(tokenPath);
  assert.doesNotMatch(read.text, /eyJ/, "it is given for a GET");
}

const tokens: AttackCase = {
  id: "K6",
  title:
    "An identity token that is unsigned, signed by another algorithm, key or name, changed, for others, or of a session that has ended is not believed; nobody is given one by a foreign page.",
  needs: withTokens(),
  inside: true,
  run: areForged,
};

const noForwarding = (id: NotApplicable["id"], title: string): NotApplicable => ({
  id,
  title,
  because: "Windlass tells no server behind a proxy who somebody is by headers: there is nothing to forge.",
});

export const groupK: readonly CatalogueEntry[] = [
  noForwarding("K1", "Headers that say who somebody is, in every spelling, do not come in from outside."),
  noForwarding("K2", "Forwarded addresses and methods of untrusted peers are not believed."),
  noForwarding("K3", "No spelling of a path is taken for one that needs no sign-in."),
  noForwarding("K4", "WebSockets and preflights pass the same check."),
  noForwarding("K5", "The return address of a forwarded sign-in is one of ours."),
  tokens,
];
