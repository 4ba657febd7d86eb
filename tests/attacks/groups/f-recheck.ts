/** Owns the part of group F that is about people who are signed in and lose what let them in. */
import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import type { AttackCase, CatalogueEntry } from "../case.ts";
import { json } from "../honest.ts";
import type { Place, PlaceNeeds } from "../place.ts";
import type { Visitor } from "../visitor.ts";
import { claimEnters, give, uuid, workspace } from "./f-rules.ts";

const [everyMinutes, graceMinutes] = [10, 20];

/** Members of these workspaces come in, and who administers the first one administers here. */
const under = (...slugs: readonly string[]): PlaceNeeds => ({
  config: () => ({
    signIn: {
      rules: [
        ...slugs.map((slug) => ({ workspace: slug })),
        { workspace: slugs[0], permission: "admin", roles: ["admin"] },
      ],
      recheck: { everyMinutes, graceMinutes },
    },
  }),
});

/** A round comes by on its own: as soon as time has moved on, and seldom later than this. */
const patienceMilliseconds = 5_000;

async function claimSoon(holds: () => Promise<boolean>, otherwise: string): Promise<void> {
  const until = performance.now() + patienceMilliseconds;
  while (!(await holds())) {
    assert.ok(performance.now() < until, otherwise);
    await wait(50);
  }
}

const isOut = async (visitor: Visitor) => (await visitor.whoIsSignedIn()) === null;
const administers = async (visitor: Visitor) => (await visitor.ask("/admin/sessions")).status === 200;

/** A browser with the same cookies at another process of the server. */
function same(visitor: Visitor, at: Place): Visitor {
  const other = at.visitor();
  for (const [name, value] of visitor.cookies) other.cookies.set(name, value);
  return other;
}

/** Whoever is taken out of a workspace is out after the interval, in every process; whoever is no administrator of it any more administers nothing. */
async function loseTheirPlace(place: Place): Promise<void> {
  const [acme, shop] = [uuid(), uuid()];
  const needs = under("f9-acme", "f9-shop");
  const own = await place.fresh(needs);
  const { upstream } = own;
  upstream.rights = {
    victim: [{ in: "workspace", slug: "f9-acme", uuid: acme, isAdmin: true }],
    attacker: [workspace("f9-shop", shop)],
    bystander: [],
  };
  const victim = await claimEnters(own, "victim", "an administrator");
  const attacker = await claimEnters(own, "attacker", "a member");
  const beside = await own.beside(needs);
  assert.equal(await same(attacker, beside).whoIsSignedIn(), "attacker", "unknown to the other process");
  assert.ok(await administers(victim), "the role is not given");
  give(upstream, "victim", [workspace("f9-acme", acme)]);
  for (const each of [own, beside]) await each.inside.advance(everyMinutes * 60 + 1);
  await claimSoon(() => isOut(attacker), "still in after the interval");
  await claimSoon(() => isOut(same(attacker, beside)), "still in at the other process");
  await claimSoon(async () => !(await administers(victim)), "still administers");
  assert.equal(await victim.whoIsSignedIn(), "victim", "put out with a place in it");
}

/** Whom a rule let in that is there no more is judged by those there are before the first answer after a restart, and so is whoever came before there were rules. */
async function areLetInByRulesOfBefore(place: Place): Promise<void> {
  const ids: Readonly<Record<string, string>> = { "f9-old": uuid(), "f9-new": uuid() };
  const member = (of: string) => workspace(of, ids[of]);
  const before = await place.fresh(under("f9-old", "f9-new"));
  before.upstream.rights = {
    victim: [member("f9-old"), member("f9-new")],
    attacker: [member("f9-old")],
    bystander: [],
  };
  const victim = await claimEnters(before, "victim", "a member of both");
  const attacker = await claimEnters(before, "attacker", "a member of the old one");
  const after = await before.beside(under("f9-new"));
  assert.equal(await same(attacker, after).whoIsSignedIn(), null, "let in by a rule that is gone");
  assert.equal(await same(victim, after).whoIsSignedIn(), "victim", "put out though a rule is met");

  const open = await place.fresh();
  const early = await claimEnters(open, "attacker", "anybody, without rules");
  const ruled = await open.beside(under("f9-new"));
  assert.equal(await same(early, ruled).whoIsSignedIn(), null, "let in by no rule");
}

/** A Bitbucket that does not answer, or answers nonsense, puts nobody out within the grace, and lets nobody in after it. */
async function waitForBitbucket(place: Place): Promise<void> {
  const answers = {
    503: () => json(503, {}),
    429: () => json(429, {}),
    410: () => json(410, {}),
    nonsense: () => json(200, []),
  };
  const own = await place.fresh(under("f9-silent"));
  const { upstream } = own;
  give(upstream, "victim", [workspace("f9-silent", uuid())]);
  for (const [what, answer] of Object.entries(answers)) {
    const victim = await claimEnters(own, "victim", what);
    upstream.answer("workspaces", answer);
    await own.inside.advance(everyMinutes * 60 + 1);
    await wait(300);
    assert.equal(await victim.whoIsSignedIn(), "victim", `${what}: put out`);
    await own.inside.advance(graceMinutes * 60);
    const seen = await victim.ask("/account");
    assert.equal(seen.status, 503, `${what}: answered with ${seen.status} past the grace`);
    assert.equal(await victim.whoIsSignedIn(), null, `${what}: in past the grace`);
    upstream.answer("workspaces", null);
    await own.inside.advance(60 * 60);
    assert.equal(await victim.whoIsSignedIn(), "victim", `${what}: lost the session`);
  }
}

const recheck: AttackCase = {
  id: "F9",
  title:
    "Whoever loses their place at Bitbucket, or the rule that let them in, is out at the next look, in every process; no answer costs nobody the session, and lets nobody in for long.",
  inside: true,
  patience: 120_000,
  async run(place) {
    await loseTheirPlace(place);
    await areLetInByRulesOfBefore(place);
    await waitForBitbucket(place);
  },
};

export const recheckCases: readonly CatalogueEntry[] = [recheck];
