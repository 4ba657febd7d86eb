/** Owns the cases of group E that link and unlink: E11 to E14. */
import assert from "node:assert/strict";
import type { AttackCase, CatalogueEntry } from "../case.ts";
import { claimNobody, claimWithout } from "../claims.ts";
import type { Place } from "../place.ts";
import type { Visitor } from "../visitor.ts";
import { approveLink, comeAs, linkedTo, makeStrangers, post, userAfter, userOf } from "./e-people.ts";

const idOf = (uuid: string) => uuid.slice(1, -1);

const anothersAccount: AttackCase = {
  id: "E11",
  title: "An account that is another user's cannot be linked, and nothing says whose it is.",
  inside: true,
  async run(place) {
    makeStrangers(place);
    const victim = await userAfter(place, "victim", "other");
    const { visitor: attacker } = await comeAs(place, "attacker");
    const before = await linkedTo(attacker);
    const callback = await approveLink(place, attacker, { person: "victim" });
    const seen = await attacker.ask(callback);
    assert.equal(seen.status, 403);
    const { displayName, userName, uuid, email } = place.upstreams.other.people.victim;
    claimWithout(seen, [victim, displayName, userName, idOf(uuid), email], "the refusal");
    assert.deepEqual(await linkedTo(attacker), before, "it is linked all the same");
    assert.equal(await userAfter(place, "victim", "other"), victim, "the victim is somebody else now");
  },
};

/** Whatever was tried, the victim has the accounts they had, and Bitbucket was not asked for a token. */
async function claimUnlinked(place: Place, victim: Visitor, what: string): Promise<void> {
  assert.deepEqual(await linkedTo(victim), [`bitbucket ${idOf(place.upstream.people.victim.uuid)}`], what);
  assert.equal(place.upstreams.other.count("token"), 0, `${what}: a token was asked for`);
}

const linkForgery: AttackCase = {
  id: "E12",
  title: "Nobody is made to link the attacker's account: it takes a form of the page, in the same session.",
  inside: true,
  async run(place) {
    makeStrangers(place);
    const { visitor: victim } = await comeAs(place);
    const fields = new URLSearchParams({ instance: "other" });
    const forgeries = [
      { method: "GET" },
      { method: "POST", body: fields },
      { method: "POST", body: fields, headers: { origin: "https://attacker.example" } },
      { method: "POST", body: fields, headers: { "sec-fetch-site": "cross-site" } },
      { method: "POST", body: '{"instance":"other"}', headers: { "content-type": "text/plain" } },
    ];
    for (const path of ["/account/link", "/account/link?instance=other", "/api/v1/account/link"])
      for (const forgery of forgeries) {
        const seen = await victim.ask(path, forgery);
        assert.ok(seen.status >= 400 && seen.status < 500, `${forgery.method} ${path}: ${seen.status}`);
      }
    await claimUnlinked(place, victim, "a forged beginning");
    const { visitor: attacker } = await comeAs(place, "attacker");
    const linking = await approveLink(place, attacker, { person: "attacker" });
    const signingIn = await attacker.approve(await attacker.begin("other"), "attacker");
    const byBystander = await place.visitor().begin("other");
    for (const callback of [linking, signingIn, await attacker.approve(byBystander, "attacker")]) {
      const seen = await victim.ask(callback);
      assert.ok(seen.status >= 400 && seen.status < 500, `a foreign callback: ${seen.status}`);
      await claimUnlinked(place, victim, "the attacker's callback");
    }
    await claimSignInLinksNothing(place, victim);
  },
};

/** Signing in with another account is that: it links nothing to who was signed in before. */
async function claimSignInLinksNothing(place: Place, victim: Visitor): Promise<void> {
  const user = await userOf(place, victim);
  await victim.ask(await victim.approve(await victim.begin("other"), "attacker"));
  assert.notEqual(await userOf(place, victim), user, "a sign-in became a link");
  await victim.ask(await victim.approve(await victim.begin(), "victim"));
  assert.equal((await linkedTo(victim)).length, 1, "a sign-in became a link");
}

const otherUsersFlow: AttackCase = {
  id: "E13",
  title:
    "A link begun by one user is ended by no other, in whatever browser, nor after its session has ended.",
  inside: true,
  async run(place) {
    makeStrangers(place);
    const { other } = place.upstreams;
    const { visitor } = await comeAs(place, "attacker");
    const callback = await approveLink(place, visitor, { person: "attacker" });
    const cookies = new Map(visitor.cookies);
    await post(place, visitor, "/auth/logout", {});
    await claimNobody(visitor);
    const signedOut = await visitor.ask(callback);
    assert.ok(signedOut.status >= 400 && signedOut.status < 500, `signed out: ${signedOut.status}`);
    await visitor.ask(await visitor.approve(await visitor.begin(), "victim"));
    const seen = await visitor.ask(callback);
    assert.ok(seen.status >= 400 && seen.status < 500, `as another user: ${seen.status}`);
    const elsewhere = (await comeAs(place, "victim")).visitor;
    const inAnother = await elsewhere.ask(callback);
    assert.ok(inAnother.status >= 400 && inAnother.status < 500, `in another browser: ${inAnother.status}`);
    assert.equal(other.count("token"), 0, "a token was asked for");
    assert.deepEqual(await linkedTo(visitor), [`bitbucket ${idOf(place.upstream.people.victim.uuid)}`]);
    // The session of who began it has ended: it is no way round.
    visitor.cookies.clear();
    for (const [name, value] of cookies) visitor.cookies.set(name, value);
    await visitor.ask(callback);
    assert.equal(other.count("token"), 0, "a token was asked for, for a session that has ended");
    await claimEndsWithSession(place);
  },
};

/** Whoever stole a session and is waiting for Bitbucket has nothing of it once the session was ended. */
async function claimEndsWithSession(place: Place): Promise<void> {
  const { other } = place.upstreams;
  const { visitor: owner } = await comeAs(place, "victim");
  const thief = place.visitor();
  for (const [name, value] of owner.cookies) thief.cookies.set(name, value);
  const callback = await approveLink(place, thief, { person: "attacker" });
  const [asked, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  other.answer("user", async (_asked, honest) => {
    asked.resolve();
    await ended.promise;
    return honest();
  });
  const answer = thief.ask(callback);
  await asked.promise;
  await post(place, owner, "/auth/logout", {});
  ended.resolve();
  assert.equal((await answer).status, 401, "a link outlived its session");
  other.answer("user", null);
  const { visitor: again } = await comeAs(place, "victim");
  assert.deepEqual(await linkedTo(again), [`bitbucket ${idOf(place.upstream.people.victim.uuid)}`]);
}

function sessionToken({ cookies }: Visitor): string {
  const token = cookies.get("__Host-windlass-session");
  assert.ok(token, "there is no session");
  return token;
}

const lastWayIn: AttackCase = {
  id: "E14",
  title: "The last way in cannot be unlinked; what was unlinked does not come back by an old flow.",
  inside: true,
  async run(place) {
    makeStrangers(place);
    const { main, other } = place.upstreams;
    const { visitor } = await comeAs(place);
    const user = await userOf(place, visitor);
    const [own, further] = [idOf(main.people.victim.uuid), idOf(other.people.victim.uuid)];
    const refused = await post(place, visitor, "/account/unlink", { instance: "bitbucket", id: own });
    assert.equal(refused.status, 409, "the last way in is gone");
    const former = sessionToken(visitor);
    const linking = await approveLink(place, visitor, {});
    assert.match((await visitor.ask(linking)).location?.search ?? "", /done=linked$/);
    assert.notEqual(sessionToken(visitor), former, "the session kept its token");
    const { visitor: elsewhere } = await comeAs(place, "victim", "other");
    assert.equal(await userOf(place, elsewhere), user, "the linked account is somebody else");
    const pending = await approveLink(place, visitor, {});
    const gone = await post(place, visitor, "/account/unlink", { instance: "other", id: further });
    assert.equal(gone.location?.search, "?done=unlinked");
    await claimNobody(elsewhere, "a session of the unlinked account");
    const calls = other.count("token");
    for (const callback of [linking, pending]) await visitor.ask(callback);
    assert.equal(other.count("token"), calls, "an old flow asked for a token");
    assert.deepEqual(await linkedTo(visitor), [`bitbucket ${own}`], "an old flow brought it back");
    assert.notEqual(await userAfter(place, "victim", "other"), user, "the unlinked account is a way in");
  },
};

export const linkingCases: readonly CatalogueEntry[] = [
  anothersAccount,
  linkForgery,
  otherUsersFlow,
  lastWayIn,
];
