/** Owns the cases of group E that come with an e-mail address: E1, E2, E3 and E10. */
import assert from "node:assert/strict";
import type { AttackCase, CatalogueEntry } from "../case.ts";
import { json } from "../honest.ts";
import type { Place } from "../place.ts";
import { comeAs, listEmails, makeStrangers, userAfter, userOf, whoIs } from "./e-people.ts";

const preHijack: AttackCase = {
  id: "E1",
  title:
    "Whoever was here first with the victim's unconfirmed address is not the victim, and the victim not they.",
  inside: true,
  run: comeFirstUnconfirmed,
};

async function comeFirstUnconfirmed(place: Place): Promise<void> {
  makeStrangers(place);
  const { upstream } = place;
  const { people } = upstream;
  listEmails(upstream, [people.victim.email, true, false]);
  const { visitor: attacker } = await comeAs(place, "attacker");
  const before = await userOf(place, attacker);
  upstream.answer("emails", null);
  const victim = await userAfter(place, "victim");
  assert.notEqual(victim, before, "the victim was given the attacker's account");
  listEmails(upstream, [people.victim.email, true, false]);
  assert.equal(await userAfter(place, "attacker"), before, "the attacker became the victim");
  assert.notEqual(await userAfter(place, "bystander"), victim, "an unconfirmed address joined the victim");
}

type Addresses = readonly (readonly [email: string, isPrimary: boolean, isConfirmed: boolean])[];

const unprovenAddresses: AttackCase = {
  id: "E2",
  title: "An address counts as verified only when it alone is primary and confirmed, never by its position.",
  inside: true,
  async run(place) {
    makeStrangers(place);
    const { upstream } = place;
    const address = upstream.people.victim.email;
    const lists: readonly Addresses[] = [
      [[address, true, false]],
      [
        [address, true, false],
        ["own@attacker.example", false, true],
      ],
      [[address, false, true]],
      [
        [address, true, true],
        ["own@attacker.example", true, true],
      ],
      [
        [address, true, true],
        [address, false, false],
      ],
      [],
    ];
    for (const list of lists) {
      listEmails(upstream, ...list);
      await claimUnverified(place, JSON.stringify(list));
    }
    await claimNextPageHarmless(place, address);
    listEmails(upstream, ["old@victim.example", false, true], [address, true, true]);
    const { visitor } = await comeAs(place);
    const { user } = await whoIs(place, visitor);
    assert.deepEqual([user?.email, user?.emailVerified], [address, true], "a proven address does not count");
  },
};

async function claimUnverified(place: Place, what: string): Promise<void> {
  const { visitor } = await comeAs(place, "attacker");
  const { user } = await whoIs(place, visitor);
  assert.equal(user?.emailVerified, false, `${what} is verified`);
}

/** A second page may say that there are two primary addresses; one at another Bitbucket says nothing. */
async function claimNextPageHarmless(place: Place, address: string): Promise<void> {
  const { main, other } = place.upstreams;
  const value = (email: string) => ({ email, is_primary: true, is_confirmed: true });
  main.answer("emails", ({ url }) =>
    url.searchParams.has("page")
      ? json(200, { values: [value(address)] })
      : json(200, { values: [value("own@attacker.example")], next: `${main.origin}/2.0/user/emails?page=2` }),
  );
  await claimUnverified(place, "a second page with another primary address");
  main.answer("emails", () => json(200, { values: [], next: `${other.origin}/2.0/user/emails` }));
  const { visitor } = await comeAs(place, "attacker");
  assert.notEqual((await whoIs(place, visitor)).user?.emailVerified, true, "a page elsewhere is believed");
  assert.equal(other.count(), 0, "a page elsewhere was asked for, with a token");
}

const directoryAddress: AttackCase = {
  id: "E3",
  title: "An address in a Data Center's directory makes nobody the user who has it.",
  inside: true,
  run: comeFromDirectory,
};

async function comeFromDirectory(place: Place): Promise<void> {
  makeStrangers(place);
  const { main, dc } = place.upstreams;
  main.answer("emails", null);
  const victim = await userAfter(place, "victim");
  dc.people.attacker = { ...dc.people.attacker, email: main.people.victim.email };
  const { visitor } = await comeAs(place, "attacker", "dc");
  assert.notEqual(await userOf(place, visitor), victim, "the directory's word was taken");
  assert.equal((await whoIs(place, visitor)).user?.emailVerified, false);
}

/** Others than `vera@victim.example`, with the same look or the same parts. */
const lookAlikes: readonly string[] = [
  "vera+attacker@victim.example",
  "vera@victim.example.",
  "ver\u0430@victim.example",
  "vera@v\u0456ctim.example",
  "VERA@V\u0130CTIM.EXAMPLE",
  '"vera@victim.example"@attacker.example',
  "vera@victim.example@attacker.example",
  "vera@victim.example\r\nBcc: mallory@attacker.example",
  "vera@victim.example\u0000@attacker.example",
  `${"v".repeat(64)}@${"x".repeat(63)}.${"x".repeat(63)}.${"x".repeat(63)}.${"x".repeat(58)}.example`,
];

const addressForms: AttackCase = {
  id: "E10",
  title:
    "Where an operator links by e-mail: one spelling is compared, case is none, look-alikes are others; E1 and E3 hold.",
  // The worst place to be attacked at.
  needs: { config: () => ({ accounts: { linkByConfirmedEmail: true } }) },
  inside: true,
  async run(place) {
    await comeFirstUnconfirmed(place);
    await comeFromDirectory(place);
    makeStrangers(place);
    const { main, other } = place.upstreams;
    listEmails(main, ["vera@victim.example", true, true]);
    const { visitor: before } = await comeAs(place);
    const victim = await userOf(place, before);
    for (const address of lookAlikes) {
      makeStrangers(place);
      listEmails(other, [address, true, true]);
      const { visitor, seen } = await comeAs(place, "attacker", "other");
      assert.equal(seen.status, 303, `${address}: ${seen.status}`);
      const { user } = await whoIs(place, visitor);
      assert.notEqual(user?.id, victim, `${address} was taken for the victim's`);
      assert.ok(!/[\r\n\0]/.test(user?.email ?? ""), "a line break is kept");
    }
    // What the operator asked for: the same address, and nobody who was signed in before stays so.
    listEmails(other, ["VERA@Victim.Example", true, true]);
    assert.equal(await userAfter(place, "bystander", "other"), victim, "another case is another address");
    assert.equal((await whoIs(place, before)).user, null, "who was signed in before still is");
  },
};

export const emailCases: readonly CatalogueEntry[] = [
  preHijack,
  unprovenAddresses,
  directoryAddress,
  addressForms,
];
