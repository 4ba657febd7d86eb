/**
 * Owns asking Bitbucket Cloud what a person may do, with the person's own token: one list for workspaces, and one for each
 * workspace whose projects or repositories are asked about. What is public counts for nothing there: each of these answers names what somebody
 * was given.
 */
import type { Api } from "../../bitbucket/api/client.ts";
import { segment } from "../../bitbucket/api/client.ts";
import { allValues } from "../../bitbucket/api/paging.ts";
import { asText, at } from "../../bitbucket/json.ts";
import { withoutBraces } from "../../bitbucket/uuid.ts";
import { atMostValues, listed } from "./bounds.ts";
import type { SeenPlace } from "./place.ts";
import { type Permission, type PlaceRule, readPermission } from "./rule.ts";

/** How many places are named in one filter: the address stays short. */
const mostInFilter = 20;
const pagelen = 100;

/** Every place of these rules that Bitbucket shows to be the person's. Throws what the calls throw. */
export async function askCloud(api: Api, rules: readonly PlaceRule[]): Promise<readonly SeenPlace[]> {
  const of = (kind: PlaceRule["kind"]) => rules.filter((rule) => rule.kind === kind);
  const asked = await Promise.all([
    of("workspace").length === 0 ? [] : askWorkspaces(api),
    askBelow(api, of("project"), askProjects),
    askBelow(api, of("repository"), askRepositories),
  ]);
  return asked.flat();
}

/** @see GET /user/workspaces (CHANGE-3022); needs `account` */
async function askWorkspaces(api: Api): Promise<readonly SeenPlace[]> {
  const seen: SeenPlace[] = [];
  for await (const value of atMostValues(
    allValues(api, "/user/workspaces", { pagelen }),
    "/user/workspaces",
  )) {
    const [place, id] = [
      asText(at(value, "workspace", "slug")),
      withoutBraces(at(value, "workspace", "uuid")),
    ];
    if (place === null || id === null) continue;
    const permission = at(value, "administrator") === true ? "admin" : "read";
    seen.push({ kind: "workspace", place, id, permission });
  }
  return seen;
}

type AskBelow = (api: Api, workspace: string, rules: readonly PlaceRule[]) => Promise<readonly SeenPlace[]>;

/** Workspace by workspace, some places at a time. */
async function askBelow(api: Api, rules: readonly PlaceRule[], ask: AskBelow): Promise<readonly SeenPlace[]> {
  const byWorkspace = Object.entries(Object.groupBy(rules, ({ place }) => place.split("/")[0] ?? ""));
  const asked = await Promise.all(
    byWorkspace.flatMap(([workspace, own = []]) =>
      inParts(own).map((part) => listed(() => ask(api, workspace, part))),
    ),
  );
  return asked.flat();
}

function inParts(rules: readonly PlaceRule[]): readonly (readonly PlaceRule[])[] {
  const count = Math.ceil(rules.length / mostInFilter);
  return Array.from({ length: count }, (_, part) =>
    rules.slice(part * mostInFilter, (part + 1) * mostInFilter),
  );
}

/** @see GET /user/workspaces/{workspace}/permissions/repositories; needs `account` and `repository` */
async function askRepositories(
  api: Api,
  workspace: string,
  rules: readonly PlaceRule[],
): Promise<readonly SeenPlace[]> {
  const path = `/user/workspaces/${segment(workspace)}/permissions/repositories`;
  const q = anyOf(
    "repository.full_name",
    rules.map(({ place }) => place),
  );
  const seen: SeenPlace[] = [];
  for await (const value of atMostValues(allValues(api, path, { pagelen, q }), path)) {
    const [place, id] = [
      asText(at(value, "repository", "full_name")),
      withoutBraces(at(value, "repository", "uuid")),
    ];
    if (place === null || id === null) continue;
    seen.push({ kind: "repository", place, id, permission: readPermission(at(value, "permission")) });
  }
  return seen;
}

/** What `role` calls a permission that somebody was given. */
const roles: Readonly<Record<Permission, string>> = { read: "member", write: "contributor", admin: "admin" };

/**
 * Who has the permission to one repository of a project has it, for this: Cloud tells a person nothing more of their place in a project.
 * @see GET /repositories/{workspace}, `role` and `q`; needs `repository`
 */
async function askProjects(
  api: Api,
  workspace: string,
  rules: readonly PlaceRule[],
): Promise<readonly SeenPlace[]> {
  const path = `/repositories/${segment(workspace)}`;
  const byPermission = Object.entries(Object.groupBy(rules, ({ permission }) => permission));
  const asked = byPermission.map(async ([word, own = []]) => {
    const permission = readPermission(word);
    const wanted = new Set(own.map(({ place }) => place));
    const q = anyOf(
      "project.key",
      own.map(({ place }) => place.split("/")[1] ?? ""),
    );
    const seen: SeenPlace[] = [];
    const query = { pagelen, role: roles[permission], q };
    for await (const value of atMostValues(allValues(api, path, query), path)) {
      const [key, id] = [asText(at(value, "project", "key")), withoutBraces(at(value, "project", "uuid"))];
      const place = `${workspace}/${key}`;
      if (id === null || !wanted.delete(place)) continue;
      seen.push({ kind: "project", place, id, permission });
      if (wanted.size === 0) break;
    }
    return seen;
  });
  return (await Promise.all(asked)).flat();
}

/** In Bitbucket's filter language. What stands in a rule has no character that would end the text. */
function anyOf(field: string, values: readonly string[]): string {
  return values.map((value) => `${field} = "${value}"`).join(" OR ");
}
