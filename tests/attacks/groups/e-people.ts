/** Owns what the cases of group E do with people: make them unknown to the server, ask who they are, link and unlink. */
import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { json } from "../honest.ts";
import { personNames } from "../people.ts";
import type { Place } from "../place.ts";
import type { HostileUpstream } from "../upstream.ts";
import type { Seen, Visitor } from "../visitor.ts";

/** Nobody who lives at any of the Bitbuckets has been here before: the server is shared by many cases. */
export function makeStrangers({ upstreams }: Pick<Place, "upstreams">): void {
  const suffix = randomUUID().slice(0, 8);
  for (const { people } of Object.values(upstreams))
    for (const name of personNames) {
      const { userName, email } = people[name];
      const [mailbox, host] = email.split("@");
      people[name] = {
        ...people[name],
        uuid: `{${randomUUID()}}`,
        id: randomInt(1_000, 2_000_000_000),
        userName: `${userName}.${suffix}`,
        email: `${mailbox}.${suffix}@${host}`,
      };
    }
}

/** Who is signed in, as our session route tells it. */
export interface Known {
  readonly user: {
    readonly id: string;
    readonly displayName: string;
    readonly email: string | null;
    readonly emailVerified: boolean;
    readonly avatarUrl: string | null;
  } | null;
  readonly csrf?: string;
}

export async function whoIs(place: Place, visitor: Visitor): Promise<Known> {
  return JSON.parse((await visitor.ask(place.routes.session)).text) as Known; // our own session route
}

/** The user's id; throws when nobody is signed in. */
export async function userOf(place: Place, visitor: Visitor): Promise<string> {
  const { user } = await whoIs(place, visitor);
  assert.ok(user, "nobody is signed in");
  return user.id;
}

/** Signs a person in with a fresh browser, whatever the session route then calls them; gives the answer to the callback. */
export async function comeAs(
  place: Place,
  person: "victim" | "attacker" | "bystander" = "victim",
  instance?: string,
): Promise<{ readonly visitor: Visitor; readonly seen: Seen }> {
  const visitor = place.visitor();
  const seen = await visitor.ask(await visitor.approve(await visitor.begin(instance), person));
  return { visitor, seen };
}

/** The user that a person becomes who signs in now. */
export async function userAfter(
  place: Place,
  ...who: [person?: "victim" | "attacker" | "bystander", instance?: string]
): Promise<string> {
  const { visitor, seen } = await comeAs(place, ...who);
  assert.equal(seen.status, 303, `signing in ended with ${seen.status}`);
  return userOf(place, visitor);
}

export async function post(
  place: Place,
  visitor: Visitor,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Seen> {
  const { csrf = "" } = await whoIs(place, visitor);
  return visitor.ask(path, {
    method: "POST",
    headers: { origin: place.origin },
    body: new URLSearchParams({ ...fields, csrf }),
  });
}

/** Goes to link a further account, and gives the callback, not visited. */
export async function approveLink(
  place: Place,
  visitor: Visitor,
  {
    instance = "other",
    person = "victim",
  }: { instance?: string; person?: "victim" | "attacker" | "bystander" },
): Promise<URL> {
  const begun = await post(place, visitor, "/account/link", { instance });
  assert.ok(begun.location, `linking began with ${begun.status}`);
  return visitor.approve(begun.location, person);
}

/** The accounts that are linked: instance and id of each. */
export async function linkedTo(visitor: Visitor): Promise<readonly string[]> {
  const { text } = await visitor.ask("/api/v1/account/identities");
  const { identities } = JSON.parse(text) as { identities: { instance: string; id: string }[] }; // our own
  return identities.map(({ instance, id }) => `${instance} ${id}`);
}

/** What `GET /user/emails` answers from now on. */
export function listEmails(
  upstream: HostileUpstream,
  ...addresses: readonly (readonly [email: string, isPrimary: boolean, isConfirmed: boolean])[]
): void {
  const values = addresses.map(([email, is_primary, is_confirmed]) => ({ email, is_primary, is_confirmed }));
  upstream.answer("emails", () => json(200, { values }));
}
