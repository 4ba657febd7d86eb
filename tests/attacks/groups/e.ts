/** Owns group E of the catalogue: attacks on identity and linking. Here: who somebody is. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { AttackCase, CatalogueEntry } from "../case.ts";
import { claimNobody, claimRefused, claimWithout } from "../claims.ts";
import { cloudUser, json } from "../honest.ts";
import type { Place } from "../place.ts";
import { linkingCases } from "./e-linking.ts";
import { emailCases } from "./e-mail.ts";
import { comeAs, makeStrangers, post, userAfter, userOf, whoIs } from "./e-people.ts";

const recycledName: AttackCase = {
  id: "E4",
  title: "Whoever gets a user name that another person had is somebody else, and the operator is told.",
  inside: true,
  async run(place) {
    makeStrangers(place);
    const { people } = place.upstream;
    const { visitor: victim } = await comeAs(place);
    const former = await userOf(place, victim);
    await post(place, victim, "/projects", { name: "Vera's secrets" });
    people.attacker = { ...people.attacker, userName: people.victim.userName.toUpperCase() };
    const { visitor: attacker } = await comeAs(place, "attacker");
    assert.notEqual(await userOf(place, attacker), former, "the name was taken for the person");
    claimWithout(await attacker.ask("/"), ["secrets"], "the attacker's start page");
    const log = (await place.inside.log()).split("\n").filter((line) => line.includes("identity.name_taken"));
    assert.ok(
      log.some((line) => line.includes(former)),
      "the log does not name whose it was",
    );
    assert.ok(place.inside.databaseBytes().includes("identity.name_taken"), "the record is silent");
    people.victim = { ...people.victim, userName: "another" };
    assert.equal(await userAfter(place), former, "the one who had the name is somebody else now");
  },
};

const dataCenterPeople: AttackCase = {
  id: "E5",
  title: "At Data Center a renamed person stays the same, one who was made anew with the same name does not.",
  inside: true,
  async run(place) {
    makeStrangers(place);
    const { people } = place.upstreams.dc;
    const former = await userAfter(place, "victim", "dc");
    const { userName, id } = people.victim;
    people.victim = { ...people.victim, userName: `${userName}.married` };
    assert.equal(await userAfter(place, "victim", "dc"), former, "renamed");
    people.victim = { ...people.victim, userName };
    assert.equal(await userAfter(place, "victim", "dc"), former, "renamed back");
    people.victim = { ...people.victim, id: id + 1 };
    assert.notEqual(await userAfter(place, "victim", "dc"), former, "made anew");
  },
};

const sameIdElsewhere: AttackCase = {
  id: "E6",
  title: "The same number at another Data Center, and the same uuid at another Cloud, are other people.",
  inside: true,
  async run(place) {
    makeStrangers(place);
    const { main, other, dc, dc2 } = place.upstreams;
    dc2.people.attacker = { ...dc2.people.attacker, id: dc.people.victim.id };
    other.people.attacker = { ...other.people.attacker, uuid: main.people.victim.uuid };
    const users = [
      await userAfter(place, "victim", "bitbucket"),
      await userAfter(place, "attacker", "other"),
      await userAfter(place, "victim", "dc"),
      await userAfter(place, "attacker", "dc2"),
    ];
    assert.equal(new Set(users).size, users.length, "two Bitbuckets' people are one");
  },
};

/** No id at all. */
const missing: readonly unknown[] = [undefined, null, ""];

/** What no person is known by. */
const noIds: readonly unknown[] = [
  undefined,
  null,
  "",
  " ",
  "{}",
  7,
  0,
  true,
  ["{a}"],
  { toString: "a" },
  "a".repeat(1_000_000),
  "a\u0000b",
  "\ud800",
  "a\r\nb",
];

const hostileIds: AttackCase = {
  id: "E7",
  title:
    "An id that is missing, of another kind or unusable signs nobody in; each spelling of one is the same.",
  async run(place) {
    makeStrangers(place);
    const { people } = place.upstream;
    for (const uuid of place.isForeign ? missing : noIds) {
      // Whatever somebody else's server knows a person by.
      const ids = place.isForeign ? { uuid, account_id: uuid } : { uuid };
      place.upstream.answer("user", () => json(200, { ...cloudUser(people.attacker), ...ids }));
      const { visitor, seen } = await comeAs(place, "attacker");
      const what = `the id ${JSON.stringify(uuid)?.slice(0, 20)}`;
      const isForeseen = place.isForeign || (seen.status >= 300 && seen.status !== 500);
      assert.ok(isForeseen, `${what}: ${seen.status}`);
      await claimNobody(visitor, what);
    }
    // Bitbucket spells an id in one way: what others make of another harms nobody.
    if (!place.isForeign) await oneIdInEachSpelling(place);
  },
};

async function oneIdInEachSpelling(place: Place): Promise<void> {
  const { upstream } = place;
  const id = randomUUID();
  const users = new Set<string>();
  for (const uuid of [`{${id}}`, id, `{${id.toUpperCase()}}`, `{{${id}}}`]) {
    upstream.answer("user", () => json(200, { ...cloudUser(upstream.people.victim), uuid }));
    const { visitor } = await comeAs(place);
    const seen = await visitor.ask(place.routes.session);
    users.add(/"id":\s*"([^"]+)"/.exec(seen.text)?.[1] ?? seen.text);
  }
  assert.equal(users.size, 1, `one person is ${users.size}`);
  upstream.answer("user", () => json(200, { ...cloudUser(upstream.people.attacker), uuid: "__proto__" }));
  const { visitor } = await comeAs(place, "attacker");
  const text = (await visitor.ask(place.routes.session)).text;
  assert.ok(![...users].some((user) => text.includes(user)), "__proto__ is somebody else's id");
}

const noPersons: AttackCase = {
  id: "E8",
  title: "An app, a team, a service and an account that is not in use sign nobody in.",
  inside: true,
  async run(place) {
    makeStrangers(place);
    const { main, dc } = place.upstreams;
    for (const odd of [
      { type: "app_user" },
      { type: "team" },
      { type: "" },
      { type: null },
      { account_status: "inactive" },
    ]) {
      main.answer("user", () => json(200, { ...cloudUser(main.people.attacker), ...odd }));
      const { visitor, seen } = await comeAs(place, "attacker");
      await claimRefused(visitor, seen, JSON.stringify(odd));
    }
    for (const odd of [{ type: "SERVICE" }, { active: false }]) {
      dc.answer("users", (_, honest) => {
        const { headers = {}, body } = honest();
        return { status: 200, headers, body: JSON.stringify({ ...JSON.parse(String(body)), ...odd }) };
      });
      const { visitor, seen } = await comeAs(place, "attacker", "dc");
      await claimRefused(visitor, seen, JSON.stringify(odd));
    }
  },
};

/** What Data Center may call the caller without anybody being meant. */
const noNames: readonly (string | null)[] = [
  null,
  "",
  " ",
  "anonymous",
  "..",
  "%2e%2e",
  "../../admin",
  "mallory?x=1",
  "mallory%3Fx%3D1",
  "mallory%0d%0aX-Evil:%201",
  "%",
  "%ff",
  "access-token-user/7/1",
];

const callersName: AttackCase = {
  id: "E9",
  title:
    "Data Center's word for the caller is believed only where the person found by it has that name and number.",
  inside: true,
  async run(place) {
    makeStrangers(place);
    const { dc } = place.upstreams;
    for (const name of noNames) {
      dc.answer("properties", () => json(200, {}, name === null ? {} : { "x-ausername": name }));
      const { visitor, seen } = await comeAs(place, "attacker", "dc");
      assert.ok(seen.status >= 400 && seen.status !== 500, `${name}: ${seen.status}`);
      await claimNobody(visitor, `the name ${name}`);
    }
    for (const { url } of dc.asked) claimOneSegment(url);
    const { victim, attacker } = dc.people;
    const encoded = encodeURIComponent(victim.userName);
    for (const headers of [
      { "x-ausername": encoded },
      { "x-ausername": encoded, "x-auserid": String(attacker.id) },
    ]) {
      dc.answer("properties", () => json(200, {}, headers));
      const { visitor } = await comeAs(place, "attacker", "dc");
      await claimNobody(visitor, "a name that is not the body's");
    }
  },
};

/** Whatever a name holds, it is one segment of the path or one parameter. */
function claimOneSegment({ pathname, searchParams }: URL): void {
  const segments = pathname.split("/").map((segment) => decodeURIComponent(segment));
  assert.ok(!segments.some((segment) => /^\.\.?$|[/?#\r\n]/.test(segment)), pathname);
  assert.ok(!searchParams.has("x"), "a name became a parameter");
}

const substitutedToken: AttackCase = {
  id: "E15",
  title:
    "A Bitbucket token that somebody hands in signs nobody in: it may have been issued to anybody's app.",
  async run(place) {
    await comeAs(place);
    const authorization = String(place.upstream.last("user").headers.authorization);
    const token = authorization.replace(/^Bearer /, "");
    const thief = place.visitor();
    const fields = new URLSearchParams({ access_token: token, token, id_token: token, token_type: "bearer" });
    const callback = place.routes.callback(place.instance);
    for (const path of [
      place.routes.session,
      callback,
      place.routes.login(place.instance),
      "/",
      "/api/v1/projects",
    ])
      for (const ask of [
        { headers: { authorization } },
        { headers: { "x-access-token": token, "x-forwarded-access-token": token } },
        { method: "POST", body: fields },
      ])
        await thief.ask(path, ask).then(() => claimNobody(thief, path));
    await claimRefused(thief, await thief.ask(`${callback}?${fields}`), "a token in the address");
  },
};

const hostileProfile: AttackCase = {
  id: "E16",
  title:
    "Names with markup, direction marks or a million characters, and pictures that run script, do nothing.",
  inside: true,
  async run(place) {
    makeStrangers(place);
    const { upstream } = place;
    const names = [
      '"><script>alert(1)</script>',
      "<img src=x onerror=alert(1)>",
      "\u202egnp.exe\u2066",
      "x".repeat(1_000_000),
      "a\r\nSet-Cookie: session=1",
    ];
    for (const name of names) {
      const links = { avatar: { href: "javascript:alert(1)" }, html: { href: "javascript:alert(1)" } };
      const odd = { display_name: name, nickname: name, username: name, links };
      upstream.answer("user", () => json(200, { ...cloudUser(upstream.people.attacker), ...odd }));
      const { visitor, seen } = await comeAs(place, "attacker");
      assert.equal(seen.status, 303);
      const { user } = await whoIs(place, visitor);
      assert.ok(user && [...user.displayName].length <= 200, "the name is not cut short");
      assert.equal(user.avatarUrl, null);
      for (const path of ["/", "/account"]) {
        const page = await visitor.ask(path);
        claimWithout(page, ["<script>alert", "<img src=x", "javascript:", "\u202e", "\u2066"], path);
        assert.ok(page.text.length < 100_000, "the page is as long as the name");
      }
    }
  },
};

export const groupE: readonly CatalogueEntry[] = [
  ...emailCases,
  recycledName,
  dataCenterPeople,
  sameIdElsewhere,
  hostileIds,
  noPersons,
  callersName,
  ...linkingCases,
  substitutedToken,
  hostileProfile,
];
