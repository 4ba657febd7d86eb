/** Owns people, apps and workspaces as the API's JSON, in full; how they look inside other objects is with the repositories. */
import type { Origins } from "../core/context.ts";
import type { Person, Workspace } from "../core/world.ts";
import { braced, bracedInPath, timestamp } from "./answers.ts";

/** A person to themselves: with `username`, without e-mail. @see "Get current user" */
export function userObject({ api, web }: Origins, person: Person): object {
  const uuid = bracedInPath(person.uuid);
  const handle = person.username === null ? uuid : encodeURIComponent(person.username);
  return {
    type: "user",
    uuid: braced(person.uuid),
    account_id: person.accountId,
    ...(person.username === null ? {} : { username: person.username }),
    nickname: person.nickname,
    display_name: person.displayName,
    account_status: "active",
    is_staff: false,
    has_2fa_enabled: null,
    location: null,
    created_on: timestamp(person.createdOn),
    links: {
      self: { href: `${api}/2.0/users/${uuid}` },
      html: { href: `${web}/${handle}/` },
      avatar: { href: `${web}/account/${handle}/avatar/` },
      repositories: { href: `${api}/2.0/repositories/${uuid}` },
      snippets: { href: `${api}/2.0/snippets/${uuid}` },
      hooks: { href: `${api}/2.0/workspaces/${uuid}/hooks` },
    },
  };
}

/** What calls without a person behind it. */
export interface AppUser {
  readonly name: string;
  readonly uuid: string;
  readonly kind: string;
}

/** An app behind a client_credentials token, or the bot of an access token. The exact shape was never captured. */
export function appUserObject({ api, web }: Origins, { name, uuid, kind }: AppUser): object {
  const handle = bracedInPath(uuid);
  return {
    type: "app_user",
    uuid: braced(uuid),
    display_name: name,
    account_status: "active",
    kind,
    links: {
      self: { href: `${api}/2.0/users/${handle}` },
      avatar: { href: `${web}/account/${handle}/avatar/` },
    },
  };
}

/** @see "Get a workspace" */
export function workspaceObject({ api, web }: Origins, workspace: Workspace): object {
  const { slug } = workspace;
  const at = `${api}/2.0/workspaces/${slug}`;
  return {
    type: "workspace",
    uuid: braced(workspace.uuid),
    name: workspace.name,
    slug,
    is_private: workspace.isPrivate,
    is_privacy_enforced: false,
    forking_mode: "allow_forks",
    created_on: timestamp(workspace.createdOn),
    updated_on: timestamp(workspace.createdOn),
    links: {
      avatar: { href: `${web}/workspaces/${slug}/avatar/` },
      hooks: { href: `${at}/hooks` },
      html: { href: `${web}/${slug}/` },
      html_overview: { href: `${web}/${slug}/workspace/overview/` },
      members: { href: `${at}/members` },
      owners: { href: `${at}/members?q=permission%3D%22owner%22` },
      projects: { href: `${at}/projects` },
      repositories: { href: `${api}/2.0/repositories/${slug}` },
      snippets: { href: `${api}/2.0/snippets/${slug}` },
      self: { href: at },
    },
  };
}

/** The thin form of `/user/workspaces`: no name. */
export function workspaceBase({ api }: Origins, workspace: Workspace): object {
  return {
    type: "workspace_base",
    uuid: braced(workspace.uuid),
    slug: workspace.slug,
    links: {
      avatar: { href: `${api}/workspaces/${workspace.slug}/avatar/` },
      self: { href: `${api}/2.0/workspaces/${workspace.slug}` },
    },
  };
}
