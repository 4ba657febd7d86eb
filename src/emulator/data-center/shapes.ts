/** Owns people, projects and repositories as JSON. */
import { stableUuid } from "../core/entropy.ts";
import type { DataCenterContext } from "./context.ts";
import { has } from "./version.ts";
import { type DcPerson, type DcProject, type DcRepository, findProject, personById } from "./world.ts";

/** A person as everybody sees them; the picture's address only where its size was asked for. */
export function personObject(
  { baseUrl, contextPath }: DataCenterContext,
  person: DcPerson,
  avatarSize?: number | null,
): object {
  const picture = `/users/${person.slug}/avatar.png?s=${avatarSize}`;
  const avatarUrl = `${person.avatar === "absolute" ? baseUrl : contextPath}${picture}`;
  return {
    name: person.name,
    ...(person.emailAddress === null ? {} : { emailAddress: person.emailAddress }),
    active: person.active,
    displayName: person.displayName,
    id: person.id,
    slug: person.slug,
    type: person.type,
    links: { self: [{ href: `${baseUrl}/users/${person.slug}` }] },
    ...(avatarSize === undefined || avatarSize === null ? {} : { avatarUrl }),
  };
}

/** The size a request asks pictures in; null: it wants none. */
export function avatarSizeOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,4}$/.test(text) ? Number(text) : null;
}

export function projectObject(context: DataCenterContext, project: DcProject): object {
  const owner = project.ownerId === null ? undefined : personById(context.world, project.ownerId);
  const path = owner === undefined ? `/projects/${project.key}` : `/users/${owner.slug}`;
  return {
    key: project.key,
    id: project.id,
    name: project.name,
    ...(project.description === null ? {} : { description: project.description }),
    public: project.isPublic,
    type: owner === undefined ? "NORMAL" : "PERSONAL",
    ...(owner === undefined ? {} : { owner: personObject(context, owner) }),
    links: { self: [{ href: `${context.baseUrl}${path}` }] },
  };
}

/** The key is upper case here and lower case in the clone address. */
export function repositoryObject(context: DataCenterContext, repository: DcRepository): object {
  const { baseUrl, world } = context;
  const { projectKey, slug, id } = repository;
  const project = findProject(world, projectKey);
  const clonePath = `${projectKey.toLowerCase()}/${slug}.git`;
  return {
    slug,
    id,
    name: repository.name,
    ...(repository.description === null ? {} : { description: repository.description }),
    hierarchyId: hierarchyId(projectKey, slug),
    scmId: "git",
    state: "AVAILABLE",
    statusMessage: "Available",
    forkable: true,
    ...(has("archiving", context) ? { archived: false } : {}),
    public: repository.isPublic,
    ...(project === undefined ? {} : { project: projectObject(context, project) }),
    links: {
      clone: [
        { href: `${baseUrl}/scm/${clonePath}`, name: "http" },
        { href: `ssh://git@${new URL(baseUrl).hostname}:7999/${clonePath}`, name: "ssh" },
      ],
      self: [{ href: `${baseUrl}/projects/${projectKey}/repos/${slug}/browse` }],
    },
  };
}

/** Twenty hex digits, the same at every start. */
function hierarchyId(...words: readonly string[]): string {
  return stableUuid("hierarchy", ...words)
    .replaceAll("-", "")
    .slice(0, 20);
}
