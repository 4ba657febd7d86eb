/** Owns what holds between the entries of a seed: names that must be unique, and names that must exist. */
import { z } from "zod";

const word = z.string().nullish().catch(undefined);

/** Only what entries say of each other, and whatever else is wrong with them: a broken entry hides no mistake between others. */
const references = z.object({
  people: listOf({
    username: word,
    nickname: word,
    uuid: word,
    emails: listOf({ primary: z.boolean().optional().catch(undefined) }),
  }),
  workspaces: listOf({ slug: word, members: listOf({ person: word }) }),
  consumers: listOf({ workspace: word, key: word }),
  repositories: listOf({ workspace: word, permissions: listOf({ person: word }) }),
  accessTokens: listOf({ workspace: word }),
  pullRequests: listOf({ workspace: word, author: word }),
  dataCenter: z
    .object({
      people: listOf({ name: word }),
      projects: listOf({ key: word }),
      permissions: listOf({ person: word }),
    })
    .optional()
    .catch(undefined),
});

function listOf<Shape extends z.ZodRawShape>(shape: Shape) {
  const entry = z.object(shape);
  return z.array(entry.nullable().catch(null)).catch([]);
}

/** Every broken promise between the entries of an unchecked seed, each with its path. */
export function crossProblems(seed: unknown): readonly string[] {
  const read = references.safeParse(seed);
  if (!read.success) return [];
  const { people, workspaces, consumers, repositories, accessTokens, pullRequests, dataCenter } = read.data;
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
      (workspace?.members ?? []).flatMap((member, index) =>
        unknown(`workspaces[${at}].members[${index}].person`, member?.person, handles, "person"),
      ),
    ),
    ...consumers.flatMap((consumer, at) =>
      unknown(`consumers[${at}].workspace`, consumer?.workspace, slugs, "workspace"),
    ),
    ...repositories.flatMap((repository, at) => [
      ...unknown(`repositories[${at}].workspace`, repository?.workspace, slugs, "workspace"),
      ...(repository?.permissions ?? []).flatMap((given, index) =>
        unknown(`repositories[${at}].permissions[${index}].person`, given?.person, handles, "person"),
      ),
    ]),
    ...accessTokens.flatMap((token, at) =>
      unknown(`accessTokens[${at}].workspace`, token?.workspace, slugs, "workspace"),
    ),
    ...pullRequests.flatMap((given, at) => [
      ...unknown(`pullRequests[${at}].workspace`, given?.workspace, slugs, "workspace"),
      ...unknown(`pullRequests[${at}].author`, given?.author, handles, "person"),
    ]),
    ...(dataCenter === undefined ? [] : dataCenterProblems(dataCenter)),
  ];
}

type DataCenterReferences = NonNullable<z.infer<typeof references>["dataCenter"]>;

/** Rights of people who are there by themselves are checked when they are planted. */
function dataCenterProblems({ people, projects, permissions }: DataCenterReferences): readonly string[] {
  const names = people.map((person) => person?.name?.toLowerCase());
  const keys = projects.map((project) => project?.key);
  return [
    ...doubles("dataCenter.people", names, "name"),
    ...doubles("dataCenter.projects", keys, "key"),
    ...(people.length === 0
      ? []
      : permissions.flatMap((right, at) =>
          unknown(`dataCenter.permissions[${at}].person`, right?.person?.toLowerCase(), names, "person"),
        )),
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
  emails: readonly ({ readonly primary?: boolean | undefined } | null)[],
  at: number,
): string[] {
  const primaries = emails.filter((email) => email?.primary === true).length;
  return primaries > 1 ? [`people[${at}].emails: only one address can be primary`] : [];
}

function unknown(
  path: string,
  name: string | null | undefined,
  known: readonly (string | null | undefined)[],
  what: string,
): string[] {
  return name === undefined || name === null || known.includes(name)
    ? []
    : [`${path}: there is no ${what} "${name}"`];
}
