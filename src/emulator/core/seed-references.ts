/** Owns what holds between the entries of a seed: names that must be unique, and names that must exist. */
import type { Seed } from "./seed.ts";

/** Every broken promise between entries, each with its path. Entries may be missing where they could not be read. */
export function crossProblems(seed: Seed): readonly string[] {
  const people = seed.people ?? [];
  const workspaces = seed.workspaces ?? [];
  const consumers = seed.consumers ?? [];
  const handles = people.map((person) => person?.username ?? person?.nickname);
  const slugs = workspaces.map((workspace) => workspace?.slug);
  return [
    ...doubles("people", handles, "name"),
    ...doubles(
      "people",
      people.map((person) => person?.uuid),
      "uuid",
    ),
    ...doubles("workspaces", slugs, "slug"),
    ...doubles(
      "consumers",
      consumers.map((consumer) => consumer?.key),
      "key",
    ),
    ...people.flatMap((person, at) => primaryProblems(person?.emails ?? [], at)),
    ...workspaces.flatMap((workspace, at) =>
      (workspace?.members ?? []).flatMap(({ person }, index) =>
        unknown(`workspaces[${at}].members[${index}].person`, person, handles, "person"),
      ),
    ),
    ...consumers.flatMap((consumer, at) =>
      unknown(`consumers[${at}].workspace`, consumer?.workspace, slugs, "workspace"),
    ),
    ...(seed.repositories ?? []).flatMap((repository, at) =>
      unknown(`repositories[${at}].workspace`, repository?.workspace, slugs, "workspace"),
    ),
  ];
}

function doubles(list: string, values: readonly (string | null | undefined)[], what: string): string[] {
  return values.flatMap((value, at) =>
    value !== undefined && value !== null && values.indexOf(value) < at
      ? [`${list}[${at}]: the ${what} "${value}" is taken by ${list}[${values.indexOf(value)}]`]
      : [],
  );
}

function primaryProblems(
  emails: readonly { readonly primary?: boolean | undefined }[],
  at: number,
): string[] {
  const primaries = emails.filter((email) => email.primary === true).length;
  return primaries > 1 ? [`people[${at}].emails: only one address can be primary`] : [];
}

function unknown(
  path: string,
  name: string | undefined,
  known: readonly (string | null | undefined)[],
  what: string,
): string[] {
  return name === undefined || known.includes(name) ? [] : [`${path}: there is no ${what} "${name}"`];
}
