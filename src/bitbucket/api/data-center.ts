/** Owns the calls of Data Center's and Server's REST API that the house uses, as typed values. */
import { isWindlassError } from "../../base/errors.ts";
import { parseJson } from "../json.ts";
import { type Api, segment } from "./client.ts";
import { allStartValues, fetchStartPage, readStart } from "./data-center-paging.ts";
import {
  type DataCenterBranch,
  type DataCenterCommit,
  type DataCenterProject,
  type DataCenterRepository,
  readBranch,
  readDataCenterCommit,
  readDataCenterRepository,
  readProject,
} from "./data-center-readers.ts";
import { malformed } from "./readers.ts";

/** Where a repository is. */
export interface RepositoryAddress {
  readonly projectKey: string;
  readonly slug: string;
}

/** The projects the account may see. @see GET /projects */
export async function listProjects(api: Api): Promise<readonly DataCenterProject[]> {
  const projects: DataCenterProject[] = [];
  for await (const value of allStartValues(api, "/projects")) projects.push(readProject(value, "/projects"));
  return projects;
}

/** One project by its key, in any case. @see GET /projects/{projectKey} */
export async function getProject(api: Api, key: string): Promise<DataCenterProject> {
  const path = `/projects/${segment(key)}`;
  return readProject(await api.get(path), path);
}

export interface ListSearch {
  /** Text that names contain. */
  readonly query?: string | undefined;
  /** The `next` of the page before. */
  readonly page?: string | undefined;
}

export interface DataCenterRepositoryPage {
  readonly repositories: readonly DataCenterRepository[];
  readonly next: string | null;
}

/** A page of a project's repositories. @see GET /projects/{projectKey}/repos, GET /repos */
export async function projectRepositoryPage(
  api: Api,
  projectKey: string,
  { query, page }: ListSearch = {},
): Promise<DataCenterRepositoryPage> {
  const start = readStart(page);
  const name = query?.trim() ?? "";
  if (name !== "") return searchPage(api, { projectKey, name, start });
  const path = `/projects/${segment(projectKey)}/repos`;
  const { values, next } = await fetchStartPage(api, path, { start });
  return {
    repositories: values.map((value) => readDataCenterRepository(value, path)),
    next: startText(next),
  };
}

/** A server older than 8.0 does not know `projectkey` and gives other projects' repositories too: pages of them are passed over. */
const mostPagesPassedOver = 10;

async function searchPage(
  api: Api,
  {
    projectKey,
    name,
    start,
  }: { readonly projectKey: string; readonly name: string; start: number | undefined },
): Promise<DataCenterRepositoryPage> {
  const path = "/repos";
  const wanted = projectKey.toLowerCase();
  let from = start;
  for (let pages = 1; ; pages += 1) {
    const { values, next } = await fetchStartPage(api, path, { projectkey: projectKey, name, start: from });
    const repositories = values
      .map((value) => readDataCenterRepository(value, path))
      .filter((repository) => repository.projectKey.toLowerCase() === wanted);
    if (repositories.length > 0 || next === null || pages === mostPagesPassedOver) {
      return { repositories, next: startText(next) };
    }
    from = next;
  }
}

/** One repository; its key and slug in any case. @see GET /projects/{projectKey}/repos/{repositorySlug} */
export async function getDataCenterRepository(
  api: Api,
  address: RepositoryAddress,
): Promise<DataCenterRepository> {
  const path = repositoryPath(address);
  return readDataCenterRepository(await api.get(path), path);
}

/**
 * The default branch, where it exists: null for an empty repository, and for one whose configured branch was never pushed.
 * `default-branch` names the configured one whether it is there or not; a server without it knows `branches/default`.
 * @see GET …/default-branch, GET …/branches/default
 */
export async function defaultBranch(api: Api, address: RepositoryAddress): Promise<DataCenterBranch | null> {
  const root = repositoryPath(address);
  const configured =
    (await branchAt(api, `${root}/default-branch`)) ?? (await branchAt(api, `${root}/branches/default`));
  if (configured === null || configured.latestCommit !== null) return configured;
  return findBranch(api, address, configured.name);
}

/** The branch a resource names; null when there is none (404, or 204 in an empty repository). */
async function branchAt(api: Api, path: string): Promise<DataCenterBranch | null> {
  try {
    const { status, text } = await api.answer(path);
    return status === 204 ? null : readBranch(parseJson(text));
  } catch (error) {
    if (isWindlassError(error, "bitbucket.not_found") || isWindlassError(error, "bitbucket.not_bitbucket")) {
      return null;
    }
    throw error;
  }
}

/** The branch of exactly that name, or null. `filterText` gives near misses as well. @see GET …/branches */
export async function findBranch(
  api: Api,
  address: RepositoryAddress,
  name: string,
): Promise<DataCenterBranch | null> {
  const path = `${repositoryPath(address)}/branches`;
  for await (const value of allStartValues(api, path, { filterText: name, boostMatches: true })) {
    const branch = readBranch(value);
    if (branch?.name !== name) continue;
    if (branch.latestCommit === null) throw malformed(path, "has a branch without latestCommit");
    return branch;
  }
  return null;
}

export interface DataCenterCommitSearch extends RepositoryAddress {
  /** A branch, tag or hash, itself included. */
  readonly until: string;
  /** The same, excluded with all its ancestors. */
  readonly since?: string | undefined;
  /** The `next` of the page before. */
  readonly page?: string | undefined;
}

export interface DataCenterCommitPage {
  readonly commits: readonly DataCenterCommit[];
  readonly next: string | null;
}

/** A page of commits as Bitbucket orders them. @see GET …/commits */
export async function dataCenterCommitPage(
  api: Api,
  { until, since, page, ...address }: DataCenterCommitSearch,
): Promise<DataCenterCommitPage> {
  const path = `${repositoryPath(address)}/commits`;
  const { values, next } = await fetchStartPage(api, path, { until, since, start: readStart(page) });
  return { commits: values.map((value) => readDataCenterCommit(value, path)), next: startText(next) };
}

/** What a commit changed against its first parent, in git's own form. @see GET …/commits/{commitId}/diff, "Accept: text/plain" */
export async function commitDiff(api: Api, address: RepositoryAddress, hash: string): Promise<string> {
  return api.text(`${repositoryPath(address)}/commits/${segment(hash)}/diff`);
}

/** A file's bytes at a commit, as text. @see GET …/raw/{path} */
export async function fileText(
  api: Api,
  address: RepositoryAddress,
  { hash, path }: { readonly hash: string; readonly path: string },
): Promise<string> {
  const segments = path.split("/").map(segment).join("/");
  return api.text(`${repositoryPath(address)}/raw/${segments}`, { at: hash }, { accept: "*/*" });
}

function repositoryPath({ projectKey, slug }: RepositoryAddress): string {
  return `/projects/${segment(projectKey)}/repos/${segment(slug)}`;
}

function startText(next: number | null): string | null {
  return next === null ? null : String(next);
}
