/** Owns what happens to people: being renamed, which keeps their id, and being made anew, which does not. */
import { EmulatorFailure } from "../core/errors.ts";
import { type DataCenterWorld, type DcPerson, personByName, replacePerson, slugOfName } from "./world.ts";

/** Gives a person another name, and the slug that goes with it. Null for an unknown person. Throws {@link EmulatorFailure} `name_taken`. */
export function renamePerson(world: DataCenterWorld, name: string, newName: string): DcPerson | null {
  const person = personByName(world, name);
  if (person === undefined) return null;
  const holder = personByName(world, newName);
  if (holder !== undefined && holder.id !== person.id)
    throw new EmulatorFailure("name_taken", `There is a person "${newName}" already.`);
  return replacePerson(world, person, { ...person, name: newName, slug: slugOfName(newName) });
}

/** Deletes a person and makes another of the same name: a new id, and none of what was granted. Null for an unknown person. */
export function recreatePerson(world: DataCenterWorld, name: string): DcPerson | null {
  const person = personByName(world, name);
  if (person === undefined) return null;
  for (const { permissions } of [...world.projects, ...world.repositories]) permissions.delete(person.id);
  const { state } = world;
  for (const [id, { personId }] of state.oauth2.grants)
    if (personId === person.id) state.oauth2.grants.delete(id);
  for (const [id, { personId }] of state.oauth1.accessTokens)
    if (personId === person.id) state.oauth1.accessTokens.delete(id);
  for (const [id, { owner }] of state.httpTokens)
    if (owner.kind === "person" && owner.personId === person.id) state.httpTokens.delete(id);
  for (const [id, { personId }] of state.sessions) if (personId === person.id) state.sessions.delete(id);
  const id = Math.max(...world.people.map((each) => each.id)) + 1;
  return replacePerson(world, person, { ...person, id });
}
