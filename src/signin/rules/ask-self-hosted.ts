/**
 * Owns asking Data Center and Server what a person may do, with the person's own token. Both lists are asked with a permission:
 * then what anybody may see because it is public is not in them, and what comes down from the project is.
 */
import type { Api } from "../../bitbucket/api/client.ts";
import { allStartValues } from "../../bitbucket/api/data-center-paging.ts";
import { asText, at } from "../../bitbucket/json.ts";
import { atMostValues } from "./bounds.ts";
import type { SeenPlace } from "./place.ts";
import { type Permission, type PlaceRule, readPermission } from "./rule.ts";

/** See `askCloud`. */
export async function askSelfHosted(api: Api, rules: readonly PlaceRule[]): Promise<readonly SeenPlace[]> {
  const asked = [];
  for (const [kind, ask] of [
    ["project", askProjects],
    ["repository", askRepositories],
  ] as const) {
    const own = rules.filter((rule) => rule.kind === kind);
    for (const [word, some = []] of Object.entries(Object.groupBy(own, ({ permission }) => permission)))
      asked.push(ask(api, readPermission(word), some));
  }
  return (await Promise.all(asked)).flat();
}

/** @see GET /projects, `permission` */
async function askProjects(
  api: Api,
  permission: Permission,
  rules: readonly PlaceRule[],
): Promise<readonly SeenPlace[]> {
  const query = { permission: `PROJECT_${permission.toUpperCase()}` };
  const wanted = new Set(rules.map(({ place }) => place));
  const seen: SeenPlace[] = [];
  for await (const value of atMostValues(allStartValues(api, "/projects", query), "/projects")) {
    const [place, id] = [asText(at(value, "key")), idOf(at(value, "id"))];
    if (place === null || id === null || isAnybodys(permission, value)) continue;
    seen.push({ kind: "project", place, id, permission });
    if (wanted.delete(place) && wanted.size === 0) break;
  }
  return seen;
}

/** @see GET /repos, `permission`, `projectkey` (since 8.0; before, all are listed) */
async function askRepositories(
  api: Api,
  permission: Permission,
  rules: readonly PlaceRule[],
): Promise<readonly SeenPlace[]> {
  const byProject = Object.entries(Object.groupBy(rules, ({ place }) => place.split("/")[0] ?? ""));
  const asked = byProject.map(async ([projectkey, own = []]) => {
    const query = { permission: `REPO_${permission.toUpperCase()}`, projectkey, archived: "ALL" };
    const wanted = new Set(own.map(({ place }) => place));
    const seen: SeenPlace[] = [];
    for await (const value of atMostValues(allStartValues(api, "/repos", query), "/repos")) {
      const place = `${asText(at(value, "project", "key"))}/${asText(at(value, "slug"))}`;
      const id = idOf(at(value, "id"));
      if (id === null || isAnybodys(permission, value)) continue;
      seen.push({ kind: "repository", place, id, permission });
      if (wanted.delete(place) && wanted.size === 0) break;
    }
    return seen;
  });
  return (await Promise.all(asked)).flat();
}

/** A list that knows nothing of its filter has what is public in it too: to read that is no sign of anything. */
function isAnybodys(permission: Permission, value: unknown): boolean {
  return permission === "read" && (at(value, "public") === true || at(value, "project", "public") === true);
}

function idOf(value: unknown): string | null {
  return Number.isSafeInteger(value) ? String(value) : null;
}
