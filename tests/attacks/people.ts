/** Owns who lives at the hostile Bitbucket. */

export type PersonName = "victim" | "attacker" | "bystander";

/** One person, as Cloud and Data Center would tell of them; a case changes its copy as it likes. */
export interface Person {
  readonly name: PersonName;
  /** Cloud's, with braces. */
  readonly uuid: string;
  /** Data Center's. */
  readonly id: number;
  readonly userName: string;
  readonly displayName: string;
  readonly email: string;
}

export const people: Readonly<Record<PersonName, Person>> = {
  victim: {
    name: "victim",
    uuid: "{0a5b7e2c-1111-4a11-8a11-111111111111}",
    id: 101,
    userName: "vera.victim",
    displayName: "Vera Victim",
    email: "vera@victim.example",
  },
  attacker: {
    name: "attacker",
    uuid: "{0a5b7e2c-2222-4a22-8a22-222222222222}",
    id: 102,
    userName: "mallory",
    displayName: "Mallory Attacker",
    email: "mallory@attacker.example",
  },
  bystander: {
    name: "bystander",
    uuid: "{0a5b7e2c-3333-4a33-8a33-333333333333}",
    id: 103,
    userName: "bob",
    displayName: "Bob Bystander",
    email: "bob@bystander.example",
  },
};

export const personNames = Object.keys(people) as readonly PersonName[]; // the keys of the record above

export function isPersonName(name: string): name is PersonName {
  return Object.hasOwn(people, name);
}
