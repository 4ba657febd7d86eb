/** Owns group D of the catalogue: attacks on sessions. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { CatalogueEntry } from "../case.ts";
import { claimNobody } from "../claims.ts";
import type { Place } from "../place.ts";
import type { Visitor } from "../visitor.ts";
import { sessionEnds } from "./d-ends.ts";
import { cookieHeader, sessionRows, signedIn, whoHas, withAdmins, withBrokenStore } from "./session-tools.ts";

/** Asks with these cookies, which are no session's; whatever the server says, nobody is signed in and nothing breaks. */
async function claimWorthless(place: Place, cookie: string, what: string): Promise<void> {
  const seen = await place
    .visitor()
    .ask(place.routes.session, { cookie })
    .catch(() => null);
  // A server may hang up on headers of a megabyte.
  if (seen === null) return;
  assert.ok(place.isForeign || seen.status < 500, `${what} is answered with ${seen.status}`);
  assert.equal(await whoHas(place, cookie).catch(() => null), null, `${what} opened a session`);
}

const odd: readonly (readonly [string, string])[] = [
  ["SQL", "' or 1=1 --"],
  ["SQL, encoded", "%27%20or%201%3D1%20--"],
  ["a prototype", "__proto__"],
  ["a constructor", "constructor"],
  ["NUL, encoded", "%00"],
  ["nothing", ""],
  ["quotes", '"a"'],
  ["undefined", "undefined"],
  ["an object", "[object Object]"],
  ["JSON", '{"id":1}'],
  ["a path", "../../../etc/passwd"],
  ["10 KB", "a".repeat(10_000)],
  ["1 MB", "a".repeat(1_000_000)],
  ["a token nobody has", "a".repeat(43)],
];

/** The cookie in pieces, as some packages divide it. */
function pieces(name: string, value: string, count: number): string[] {
  const size = Math.ceil(value.length / count);
  return Array.from(
    { length: count },
    (_, at) => `${name}.${at}=${value.slice(at * size, (at + 1) * size) || "x"}`,
  );
}

async function claimAttributes(place: Place, visitor: Visitor): Promise<void> {
  const lines = place.answers.flatMap(({ setCookies }) => setCookies);
  const kept = lines.filter((line) => visitor.cookies.has(/^\s*([^=;]*)/.exec(line)?.[1] ?? ""));
  assert.ok(kept.length > 0, "no cookie was set");
  for (const line of kept) {
    assert.match(line, /;\s*httponly/i, `${line.split("=")[0]} can be read by scripts`);
    assert.match(line, /;\s*samesite=(lax|strict)/i, `${line.split("=")[0]} goes along with foreign forms`);
    assert.match(line, /;\s*path=\/(;|$)/i, `${line.split("=")[0]} has a path`);
    assert.ok(!/;\s*domain=/i.test(line), `${line.split("=")[0]} is for other hosts too`);
    if (place.isForeign) continue;
    assert.match(line, /^__Host-/, `${line.split("=")[0]} can be planted by a sibling`);
    assert.match(line, /;\s*secure/i, `${line.split("=")[0]} goes over plain http`);
  }
}

const sessions: readonly CatalogueEntry[] = [
  {
    id: "D1",
    title: "An id from before a sign-in is worth nothing after it; a gained right brings a new one.",
    needs: withAdmins("victim"),
    patience: 30_000,
    async run(place) {
      const { visitor, name, value } = await signedIn(place);
      const before = cookieHeader(visitor);
      const planted = place.visitor();
      for (const [each, own] of visitor.cookies) if (each !== name) planted.cookies.set(each, own);
      planted.cookies.set(name, value);
      await planted.signIn();
      assert.notEqual(planted.cookies.get(name), value, "the planted id was kept");
      assert.equal(await whoHas(place, before), null, "the id from before the sign-in still opens a session");
      const unknown = place.visitor();
      unknown.cookies.set(name, "a".repeat(43));
      await unknown.signIn();
      assert.notEqual(unknown.cookies.get(name), "a".repeat(43), "an id the attacker made up was kept");
      if (place.isForeign) return;
      const former = cookieHeader(planted);
      assert.equal((await planted.ask("/admin/sessions")).status, 200);
      assert.notEqual(cookieHeader(planted), former, "an administrator goes on with the former id");
      await place.inside.advance(11);
      assert.equal(await whoHas(place, former), null, "the former id still opens a session");
      assert.equal(await planted.whoIsSignedIn(), "victim");
    },
  },
  {
    id: "D3",
    title: "A session ends at its idle and at its absolute limit, whatever is done to the clock.",
    inside: true,
    patience: 30_000,
    needs: { config: () => ({ sessions: { idleSeconds: 600, absoluteSeconds: 1500 } }) },
    async run(place) {
      const { inside } = place;
      const claim = async (visitor: Visitor, isAlive: boolean, what: string) =>
        assert.equal(await visitor.whoIsSignedIn(), isAlive ? "victim" : null, what);
      const { visitor: idle } = await signedIn(place);
      await inside.advance(595);
      await claim(idle, true, "ended before its idle limit");
      await inside.advance(595);
      await claim(idle, true, "using it did not begin the idle limit anew");
      await inside.advance(603);
      await claim(idle, false, "lives past its idle limit");
      const { visitor: busy } = await signedIn(place);
      for (const seconds of [400, 400, 400, 295]) {
        await inside.advance(seconds);
        await claim(busy, true, "ended before its absolute limit");
      }
      await inside.advance(8);
      await claim(busy, false, "lives past its absolute limit");
      const { visitor: patient } = await signedIn(place);
      await inside.advance(-7200);
      await claim(patient, true, "a clock that is set back ends it");
      await inside.advance(7200 + 603);
      await claim(patient, false, "a clock that was set back, and right again, lengthened it");
    },
  },
  {
    id: "D4",
    title: "The cookies are for this host, http and first parties alone; pieces of one are none.",
    async run(place) {
      const { visitor, name, value } = await signedIn(place);
      await claimAttributes(place, visitor);
      if (name === "") return;
      const three = pieces(name, value, 3);
      const broken: [string, readonly string[]][] = [
        ["a missing piece", three.slice(1)],
        ["a piece too many", [...three, `${name}.3=x`]],
        ["a thousand pieces", pieces(name, value.repeat(30), 1_000)],
      ];
      // Somebody else's server may have its cookie in pieces, with their numbers.
      if (!place.isForeign)
        broken.push(["all its pieces", three], ["pieces in another order", three.toReversed()]);
      for (const [what, parts] of broken) await claimWorthless(place, parts.join("; "), what);
      const beside = await whoHas(place, `${name}.0=x; ${name}=${value}; ${name}.1=y`);
      const isSame = beside === "victim" || (place.isForeign && beside === null);
      assert.ok(isSame, "pieces beside the cookie take its place");
      const twice = await whoHas(place, `${name}=${value}; ${name}=${"a".repeat(value.length)}`);
      const other = await whoHas(place, `${name}=${"a".repeat(value.length)}; ${name}=${value}`);
      assert.ok(
        place.isForeign || (twice === null && other === null),
        "one of two of the same name is believed",
      );
    },
  },
  {
    id: "D5",
    title: "What the database holds of a session opens none.",
    inside: true,
    async run(place) {
      const { name, value } = await signedIn(place);
      assert.ok(!place.inside.databaseBytes().includes(value), "the token lies in the database");
      const hash = createHash("sha256").update(value).digest("hex");
      const rows = sessionRows(place).filter(({ id_hash }) => id_hash === hash);
      assert.equal(rows.length, 1, "not known by the hash of its token");
      const texts = rows.flatMap((row) => Object.values(row)).filter((each) => typeof each === "string");
      const raw = rows.map(({ id_hash }) => Buffer.from(String(id_hash), "hex").toString("base64url"));
      for (const text of [...new Set([...texts, ...raw])])
        await claimWorthless(place, `${name}=${text}`, `the stored ${text}`);
    },
  },
  {
    id: "D10",
    title: "A session id that could never be one is nobody's, and costs no look-up.",
    async run(place) {
      const { visitor, name } = await signedIn(place);
      const cookie = name === "" ? ([...visitor.cookies.keys()].at(-1) ?? "") : name;
      for (const [what, value] of odd) await claimWorthless(place, `${cookie}=${value}`, what);
      await claimNobody(place.visitor());
      assert.equal(await visitor.whoIsSignedIn(), "victim", "the victim was signed out by it");
      if (place.isForeign) return;
      await withBrokenStore(place, async () => {
        for (const [what, value] of odd.filter(([, each]) => each.length < 10_000 && each.length !== 43)) {
          const seen = await place.visitor().ask("/api/v1/projects", { cookie: `${cookie}=${value}` });
          assert.equal(seen.status, 401, `${what} was looked up`);
        }
      });
    },
  },
];

const numberOf = ({ id }: CatalogueEntry) => Number(id.slice(1));

export const groupD: readonly CatalogueEntry[] = [...sessions, ...sessionEnds].toSorted(
  (left, right) => numberOf(left) - numberOf(right),
);
