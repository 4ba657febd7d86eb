/** Owns making, finding and ending a person's app passwords, which Bitbucket had until 28 July 2026. */
import type { EmulatorContext } from "../core/context.ts";
import { randomAppPassword, randomText, secretsEqual } from "../core/entropy.ts";
import type { AppPassword, Person, World } from "../core/world.ts";

/** Makes one; its page shows the password once and never again. */
export function createAppPassword(
  context: EmulatorContext,
  person: Person,
  wanted: Pick<AppPassword, "label" | "scopes">,
): AppPassword {
  const made = {
    ...wanted,
    id: randomText(16),
    password: randomAppPassword(),
    createdOn: context.clock.now(),
    isSeeded: false,
  };
  person.appPasswords.push(made);
  return made;
}

/** Ends one of the person's own. Returns whether there was one. */
export function revokeAppPassword(person: Person, id: string): boolean {
  const at = person.appPasswords.findIndex((one) => one.id === id);
  return at >= 0 && person.appPasswords.splice(at, 1).length > 0;
}

/** Whose app password it is, by username: neither e-mail nor uuid is taken in its place. */
export function findAppPassword(
  world: World,
  username: string,
  password: string,
): { readonly person: Person; readonly appPassword: AppPassword } | null {
  const person = world.people.find((one) => one.username !== null && one.username === username);
  const appPassword = person?.appPasswords.find((one) => secretsEqual(one.password, password));
  return person === undefined || appPassword === undefined ? null : { person, appPassword };
}
