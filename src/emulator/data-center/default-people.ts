/** Owns the people who are there from the beginning: one of each case a sign-in must cope with, or those of a seed. */
import { randomText } from "../core/entropy.ts";
import type { DataCenterSeed } from "../core/seed-data-center.ts";
import { type DcPerson, slugOfName } from "./world.ts";

type Given = Pick<DcPerson, "id" | "name" | "displayName" | "emailAddress"> &
  Partial<Pick<DcPerson, "active" | "type" | "avatar" | "globalPermission">>;

const people: readonly Given[] = [
  { id: 101, name: "johndoe", displayName: "John Doe", emailAddress: "user@example.com" },
  {
    id: 102,
    name: "jane.doe@example.com",
    displayName: "Jane Doe",
    emailAddress: "jane.doe@example.com",
    avatar: "absolute",
  },
  { id: 103, name: "Zoë+Müller", displayName: "Zoë Müller", emailAddress: "zoe@example.com" },
  { id: 104, name: "nora", displayName: "Nora Nomail", emailAddress: null },
  {
    id: 105,
    name: "ina",
    displayName: "Ina Inactive",
    emailAddress: "ina@example.com",
    active: false,
  },
  {
    id: 106,
    name: "build-bot",
    displayName: "Build Bot",
    emailAddress: "builds@example.com",
    type: "SERVICE",
  },
  // Found before the two whose names and addresses hers contain.
  {
    id: 107,
    name: "amy.johndoe",
    displayName: "Amy Johndoe",
    emailAddress: "amy.jane.doe@example.com",
  },
  {
    id: 1,
    name: "admin",
    displayName: "Ada Admin",
    emailAddress: "admin@example.com",
    globalPermission: "SYS_ADMIN",
  },
];

/** John Doe and the others of `docs/emulator.md`, with new passwords. */
export function defaultPeople(): DcPerson[] {
  return people.map((given) => ({
    active: true,
    type: "NORMAL",
    avatar: "relative",
    globalPermission: "LICENSED_USER",
    groups: [],
    ...given,
    slug: slugOfName(given.name),
    password: randomText(20),
  }));
}

const firstId = 101;

/** Those of a seed; ids, slugs and passwords that are not given are made. */
export function seededPeople(given: NonNullable<DataCenterSeed["people"]>): DcPerson[] {
  const taken = new Set(given.flatMap(({ id }) => id ?? []));
  let next = firstId;
  const freeId = () => {
    while (taken.has(next)) next += 1;
    taken.add(next);
    return next;
  };
  return given.map((person) => ({
    id: person.id ?? freeId(),
    name: person.name,
    slug: person.slug ?? slugOfName(person.name),
    displayName: person.displayName ?? person.name,
    emailAddress: person.emailAddress ?? null,
    active: person.active ?? true,
    type: person.type ?? "NORMAL",
    password: person.password ?? randomText(20),
    avatar: person.avatar ?? "relative",
    globalPermission: person.globalPermission === undefined ? "LICENSED_USER" : person.globalPermission,
    groups: person.groups ?? [],
  }));
}
