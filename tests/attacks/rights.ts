/** Owns who may do what at the hostile Bitbucket, and how it tells each person: lists of what somebody was given. */
import { json } from "./honest.ts";
import type { PersonName } from "./people.ts";
import type { Asked, Reply } from "./upstream.ts";

/** One thing somebody was given, as Cloud's and Data Center's lists tell of it. */
export type Right =
  | { readonly in: "workspace"; readonly slug: string; readonly uuid: string; readonly isAdmin?: boolean }
  | CloudRight
  | { readonly in: "project"; readonly key: string; readonly id: number; readonly permission: string }
  | DataCenterRight;

interface CloudRight {
  readonly in: "cloud-repository";
  /** `acme/api` */
  readonly name: string;
  readonly uuid: string;
  readonly permission: string;
  readonly project?: { readonly key: string; readonly uuid: string };
  /** Seen by everybody, and given to nobody. */
  readonly isPublic?: boolean;
}

interface DataCenterRight {
  readonly in: "repository";
  /** `KEY/api` */
  readonly name: string;
  readonly id: number;
  readonly permission: string;
  readonly isPublic?: boolean;
}

export type Rights = Readonly<Record<PersonName, readonly Right[]>>;

/** Those of nobody. */
export const noRights: Rights = { victim: [], attacker: [], bystander: [] };

const order = ["read", "write", "admin"];
const atLeast = (permission: string, wanted: string) => order.indexOf(permission) >= order.indexOf(wanted);

const of = <Kind extends Right["in"]>(rights: readonly Right[], kind: Kind) =>
  rights.filter((right): right is Extract<Right, { in: Kind }> => right.in === kind);

/** `GET /user/workspaces` */
export function ownWorkspaces(rights: readonly Right[]): Reply {
  const values = of(rights, "workspace").map(({ slug, uuid, isAdmin = false }) => ({
    type: "workspace_access",
    administrator: isAdmin,
    workspace: { type: "workspace_base", uuid, slug, links: {} },
  }));
  return json(200, { values, pagelen: 100, page: 1 });
}

/** `GET /user/workspaces/{workspace}/permissions/repositories`, of what `q` names. */
export function ownPermissions({ url }: Asked, rights: readonly Right[]): Reply {
  const workspace = /\/user\/workspaces\/([^/]+)\//.exec(url.pathname)?.[1];
  const values = named(url, of(rights, "cloud-repository"), ({ name }) => name)
    .filter(({ name, isPublic }) => name.startsWith(`${workspace}/`) && isPublic !== true)
    .map(({ name, uuid, permission }) => ({
      type: "repository_permission",
      permission,
      repository: { type: "repository", full_name: name, uuid },
    }));
  return json(200, { values, pagelen: 100 });
}

const byRole: Readonly<Record<string, string>> = { member: "read", contributor: "write", admin: "admin" };

/** `GET /repositories/{workspace}`: what anybody may see too, unless `role` is given. */
export function repositoriesOf({ url }: Asked, rights: readonly Right[]): Reply {
  const workspace = /\/repositories\/([^/]+)$/.exec(url.pathname)?.[1];
  const wanted = byRole[url.searchParams.get("role") ?? ""];
  const values = named(url, of(rights, "cloud-repository"), ({ project }) => project?.key)
    .filter(({ name }) => name.startsWith(`${workspace}/`))
    .filter(
      ({ permission, isPublic }) =>
        wanted === undefined || (isPublic !== true && atLeast(permission, wanted)),
    )
    .map(({ name, uuid, project }) => ({ type: "repository", full_name: name, uuid, project }));
  return json(200, { values, pagelen: 100 });
}

/** Whatever stands between quotes in `q` is a value that is looked for. */
function named<Value>(
  { searchParams }: URL,
  values: readonly Value[],
  nameOf: (value: Value) => string | undefined,
): readonly Value[] {
  const wanted = [...(searchParams.get("q") ?? "").matchAll(/"([^"]*)"/g)].map(([, text]) => text);
  return wanted.length === 0 ? values : values.filter((value) => wanted.includes(nameOf(value)));
}

/** `GET /projects` of Data Center, of those with `permission`. */
export function projectsOf({ url }: Asked, rights: readonly Right[]): Reply {
  const wanted = wantedLevel(url);
  const values = of(rights, "project")
    .filter(({ permission }) => wanted === undefined || atLeast(permission, wanted))
    .map(({ key, id }) => ({ key, id, name: key, public: false, type: "NORMAL" }));
  return json(200, { values, isLastPage: true, start: 0, size: values.length, limit: 100 });
}

/** `GET /repos` of Data Center: what anybody may see too, unless `permission` is given. */
export function reposOf({ url }: Asked, rights: readonly Right[]): Reply {
  const wanted = wantedLevel(url);
  const key = url.searchParams.get("projectkey");
  const values = of(rights, "repository")
    .filter(
      ({ permission, isPublic }) =>
        wanted === undefined || (isPublic !== true && atLeast(permission, wanted)),
    )
    .map(({ name, id, isPublic = false }) => {
      const [projectKey, slug] = name.split("/");
      return { slug, id, name: slug, public: isPublic, project: { key: projectKey, id: 1 } };
    })
    .filter(({ project }) => key === null || project.key === key);
  return json(200, { values, isLastPage: true, start: 0, size: values.length, limit: 100 });
}

function wantedLevel({ searchParams }: URL): string | undefined {
  return searchParams
    .get("permission")
    ?.toLowerCase()
    .replace(/^(project|repo)_/, "");
}
