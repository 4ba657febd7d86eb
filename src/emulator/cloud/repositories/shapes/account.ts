/** Owns people and workspaces as they appear inside other objects. */
import type { EmulatorContext, Origins } from "../../../core/context.ts";
import type { Person, Workspace } from "../../../core/world.ts";
import { braced, bracedInPath } from "../../answers.ts";

/** A user embedded in another object: no `username` since April 2019. */
export function embeddedUser(origins: Origins, person: Person): object {
  const handle = bracedInPath(person.uuid);
  return {
    display_name: person.displayName,
    links: {
      self: { href: `${origins.api}/2.0/users/${handle}` },
      avatar: { href: `${origins.web}/account/${handle}/avatar/` },
      html: { href: `${origins.web}/${handle}/` },
    },
    type: "user",
    uuid: braced(person.uuid),
    account_id: person.accountId,
    nickname: person.nickname,
  };
}

/** The person whose confirmed address a commit carries. */
export function personByEmail({ world }: EmulatorContext, email: string): Person | undefined {
  const wanted = email.toLowerCase();
  return world.people.find(({ emails }) =>
    emails.some(({ address, isConfirmed }) => isConfirmed && address.toLowerCase() === wanted),
  );
}

/** A workspace as the owner of a repository: Bitbucket still calls it a team there. */
export function owningTeam(origins: Origins, workspace: Workspace): object {
  return {
    display_name: workspace.name,
    links: {
      self: { href: `${origins.api}/2.0/workspaces/${bracedInPath(workspace.uuid)}` },
      avatar: { href: `${origins.web}/account/${workspace.slug}/avatar/` },
      html: { href: `${origins.web}/${bracedInPath(workspace.uuid)}/` },
    },
    type: "team",
    uuid: braced(workspace.uuid),
    username: workspace.slug,
  };
}

/** A workspace embedded in a repository. */
export function embeddedWorkspace(origins: Origins, workspace: Workspace): object {
  return {
    type: "workspace",
    uuid: braced(workspace.uuid),
    name: workspace.name,
    slug: workspace.slug,
    links: {
      avatar: { href: `${origins.web}/workspaces/${workspace.slug}/avatar/` },
      html: { href: `${origins.web}/${workspace.slug}/` },
      self: { href: `${origins.api}/2.0/workspaces/${workspace.slug}` },
    },
  };
}
