/** Owns what the cases of group F share: a server with rules, people with rights, and what a refusal is. */
import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { claimNobody } from "../claims.ts";
import type { PersonName } from "../people.ts";
import type { Place, PlaceNeeds } from "../place.ts";
import { noRights, type Right } from "../rights.ts";
import type { HostileUpstream } from "../upstream.ts";
import type { Seen, Visitor } from "../visitor.ts";
import { comeAs } from "./e-people.ts";

/** Given in the configuration, so that nothing else is ever meant. */
export const knownId = "3f0b1c56-7c55-4a55-9a55-0123456789ab";

/** Each case has places of its own: what one of them pins is no matter of another's. */
const cloudRules = [
  { workspace: "f1-acme" },
  { workspace: "f1-known", id: knownId },
  ...["f2-acme", "f3-acme", "f6-acme"].flatMap((slug) => [
    { workspace: slug },
    { repository: `${slug}/api` },
    { project: `${slug}/KEY` },
  ]),
  { workspace: "f4-acme" },
  { workspace: "f5-acme" },
  { workspace: "f7-admins", permission: "admin" },
  { repository: "f7-acme/api", permission: "write" },
  { project: "f7-acme/KEY", permission: "write" },
  { repository: "f7-open/api" },
  { project: "f7-open/KEY" },
];

const dataCenterRules = [
  ...["F2", "F3", "F6"].flatMap((key) => [{ project: key }, { repository: `${key}/api` }]),
  { project: "F4" },
  { project: "F7", permission: "write" },
  { repository: "F7/api", permission: "write" },
  { repository: "F7OPEN/api" },
];

/** A Data Center with these rules, as a configuration has it. */
export function dataCenterWith({ origin, clients: [client] }: HostileUpstream, signIn: unknown) {
  return {
    product: "data-center",
    baseUrl: origin,
    clientId: client?.id,
    clientSecret: client?.secret,
    signIn,
  };
}

/** Rules of Cloud and of a Data Center. */
export const ruled: PlaceNeeds = {
  config: ({ dc }) => ({
    signIn: { rules: cloudRules },
    instances: { dc: dataCenterWith(dc, { rules: dataCenterRules }) },
  }),
};

export const uuid = () => `{${randomUUID()}}`;
export const number = () => randomInt(1_000, 2_000_000_000);

export const workspace = (slug: string, of: string = uuid()): Right => ({ in: "workspace", slug, uuid: of });

/** What this person was given, and nobody else anything. */
export function give(upstream: HostileUpstream, person: PersonName, rights: readonly Right[]): void {
  upstream.rights = { ...noRights, [person]: rights };
}

/** They come in; with nobody's help but their rights. */
export async function claimEnters(place: Place, person: PersonName, what: string, instance?: string) {
  const { visitor, seen } = await comeAs(place, person, instance);
  assert.equal(await visitor.whoIsSignedIn(), person, `${what}: kept out, with ${seen.status}`);
  return visitor;
}

/** They do not, and are told so with a status that says whose fault it is. */
export async function claimKeptOut(
  place: Place,
  person: PersonName,
  what: string,
  instance?: string,
): Promise<{ readonly visitor: Visitor; readonly seen: Seen }> {
  const { visitor, seen } = await comeAs(place, person, instance);
  assert.ok(seen.status >= 400 && seen.status !== 500, `${what}: ${seen.status}`);
  await claimNobody(visitor, what);
  return { visitor, seen };
}
