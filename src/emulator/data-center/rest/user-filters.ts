/** Owns the permission filters of `/users`: `permission`, `permission.1`, … with the project or repository each is about. */
import type { Context } from "hono";
import { levelOf, personsProjectLevel, personsRepositoryLevel } from "../access.ts";
import type { DataCenterContext } from "../context.ts";
import { badParameter } from "../errors.ts";
import { globalPermissions, globalRank } from "../permissions/global-ranks.ts";
import { type DcPerson, findProject, findRepository } from "../world.ts";

export type PersonFilter = (person: DcPerson) => boolean;

/** Filters beyond this number are dropped. */
const most = 50;

/** All of a request's, or 400 with the name of the parameter that is wrong. @see Bitbucket REST API, "Get users" */
export function permissionFilters(
  context: DataCenterContext,
  c: Context,
): readonly PersonFilter[] | Response {
  const filters: PersonFilter[] = [];
  for (const root of rootsOf(c)) {
    const filter = filterOf(context, c, root);
    if (filter instanceof Response) return filter;
    filters.push(filter);
  }
  return filters;
}

/** `permission`, and `permission.N` as long as the numbers go on from 1 without a gap. */
function rootsOf(c: Context): readonly string[] {
  const roots = c.req.query("permission") === undefined ? [] : ["permission"];
  for (let number = 1; roots.length < most; number += 1) {
    const root = `permission.${number}`;
    if (c.req.query(root) === undefined) break;
    roots.push(root);
  }
  return roots;
}

function filterOf(context: DataCenterContext, c: Context, root: string): PersonFilter | Response {
  const wanted = c.req.query(root) ?? "";
  const global = globalPermissions.find((one) => one === wanted);
  if (global !== undefined)
    return ({ globalPermission }) => globalRank(globalPermission) >= globalRank(global);
  const level = levelOf(wanted);
  if (level === undefined) return badParameter(root, `${wanted} is not a permission.`);
  return wanted.startsWith("PROJECT_")
    ? inProject(context, c, root, level)
    : inRepository(context, c, root, level);
}

function inProject({ world }: DataCenterContext, c: Context, root: string, level: number) {
  const [id, key] = [c.req.query(`${root}.projectId`), c.req.query(`${root}.projectKey`)];
  const project =
    id === undefined ? findProject(world, key ?? "") : world.projects.find((each) => String(each.id) === id);
  if (project === undefined)
    return badParameter(`${root}.projectKey`, "A permission of projects needs a project that exists.");
  return (person: DcPerson) => personsProjectLevel(person, project) >= level;
}

/** By `repositoryId`, which the vendor's page writes `projectId` in this place, or by both key and slug. */
function inRepository({ world }: DataCenterContext, c: Context, root: string, level: number) {
  const at = (name: string) => c.req.query(`${root}.${name}`);
  const id = at("repositoryId");
  const repository =
    id === undefined
      ? findRepository(world, at("projectKey") ?? "", at("repositorySlug") ?? "")
      : world.repositories.find((each) => String(each.id) === id);
  if (repository === undefined)
    return badParameter(`${root}.repositorySlug`, "A permission of repositories needs one that exists.");
  return (person: DcPerson) => personsRepositoryLevel(world, person, repository) >= level;
}
