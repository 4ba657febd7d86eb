/** Owns the calls of Bitbucket Cloud's REST API that the house uses, as typed values. */
import { isWindlassError } from "../../base/errors.ts";
import { asObject, asText, at, type JsonObject } from "../json.ts";
import { withoutBraces } from "../uuid.ts";
import { type Api, segment } from "./client.ts";
import { allValues, fetchPage } from "./paging.ts";
import {
  type CloudCommit,
  type CloudRepository,
  type FileChange,
  malformed,
  readCommit,
  readFileChange,
  readRepository,
} from "./readers.ts";

export type { CloudCommit, CloudRepository, FileChange } from "./readers.ts";

/** An address of the person, as Bitbucket lists it. */
export interface CloudEmail {
  readonly email: string;
  readonly isPrimary: boolean;
  readonly isConfirmed: boolean;
}

export interface WorkspaceAccess {
  readonly slug: string;
  /** Without braces. */
  readonly uuid: string;
  readonly administrator: boolean;
}

export interface Workspace {
  readonly slug: string;
  /** Without braces. */
  readonly uuid: string;
  readonly name: string;
}

const mostOnAPage = 100;
/** `diffstat` gives 500 a page unless asked, and 5,000 at most. */
const mostFilesOnAPage = 5_000;

/** The person behind the credential, as answered. Needs `account`. @see GET /user */
export async function currentUser(api: Api): Promise<JsonObject> {
  const user = asObject(await api.get("/user"));
  if (user === null) throw malformed("/user", "is no object");
  return user;
}

/** All addresses of the person, confirmed or not; entries without an address are left out. Needs `email`. @see GET /user/emails */
export async function currentEmails(api: Api): Promise<readonly CloudEmail[]> {
  const emails: CloudEmail[] = [];
  for await (const value of allValues(api, "/user/emails", { pagelen: mostOnAPage })) {
    const email = asText(at(value, "email"))?.trim();
    if (email === undefined) continue;
    const isPrimary = at(value, "is_primary") === true;
    emails.push({ email, isPrimary, isConfirmed: at(value, "is_confirmed") === true });
  }
  return emails;
}

/** The workspaces the person has access to. They come without names. Needs `account`. @see GET /user/workspaces (CHANGE-3022) */
export async function listWorkspaces(api: Api): Promise<readonly WorkspaceAccess[]> {
  const workspaces: WorkspaceAccess[] = [];
  for await (const value of allValues(api, "/user/workspaces", { pagelen: mostOnAPage })) {
    const slug = asText(at(value, "workspace", "slug"));
    const uuid = withoutBraces(at(value, "workspace", "uuid"));
    if (slug === null || uuid === null) continue;
    workspaces.push({ slug, uuid, administrator: at(value, "administrator") === true });
  }
  return workspaces;
}

/** One workspace by its slug; its slug stands in for a missing name. @see GET /workspaces/{workspace} */
export async function getWorkspace(api: Api, slug: string): Promise<Workspace> {
  const path = `/workspaces/${segment(slug)}`;
  const body = await api.get(path);
  const uuid = withoutBraces(at(body, "uuid"));
  if (uuid === null) throw malformed(path, "has no uuid");
  const answered = asText(at(body, "slug")) ?? slug;
  return { slug: answered, uuid, name: asText(at(body, "name")) ?? answered };
}

export interface RepositorySearch {
  /** Text that name or slug contain, whatever the case. */
  readonly query?: string | undefined;
  /** The `next` of the page before. */
  readonly page?: string | undefined;
}

export interface RepositoryPage {
  readonly repositories: readonly CloudRepository[];
  readonly next: string | null;
}

/** A page of a workspace's repositories, the last changed first. Needs `repository`. @see GET /repositories/{workspace} */
export async function repositoryPage(
  api: Api,
  workspace: string,
  search: RepositorySearch = {},
): Promise<RepositoryPage> {
  const path = `/repositories/${segment(workspace)}`;
  const query = { pagelen: mostOnAPage, sort: "-updated_on", q: containsFilter(search.query) };
  const { values, next } = await fetchPage(api, path, query, search.page);
  return { repositories: values.map((value) => readRepository(value, path)), next };
}

/** Bitbucket's filter language knows no way to write a quotation mark inside a string, so they are left out. */
function containsFilter(text: string | undefined): string | undefined {
  const words = (text ?? "").replace(/["\\]/g, "").trim();
  return words === "" ? undefined : `name ~ "${words}" OR slug ~ "${words}"`;
}

/** One repository; a hidden one is `bitbucket.not_found` too. Needs `repository`. @see GET /repositories/{workspace}/{repo_slug} */
export async function getRepository(api: Api, workspace: string, slug: string): Promise<CloudRepository> {
  const path = repositoryPath(workspace, slug);
  return readRepository(await api.get(path), path);
}

export interface CommitSearch {
  readonly workspace: string;
  readonly slug: string;
  /** Branches, tags or hashes whose ancestors are wanted. */
  readonly include: string | readonly string[];
  /** Those whose ancestors are not. */
  readonly exclude?: string | readonly string[] | undefined;
  /** The `next` of the page before. */
  readonly page?: string | undefined;
}

export interface CommitPage {
  readonly commits: readonly CloudCommit[];
  readonly next: string | null;
}

/** A page of commits as Bitbucket orders them. Needs `repository`. @see GET /repositories/{workspace}/{repo_slug}/commits */
export async function commitPage(api: Api, search: CommitSearch): Promise<CommitPage> {
  const path = `${repositoryPath(search.workspace, search.slug)}/commits`;
  const query = { pagelen: mostOnAPage, include: search.include, exclude: search.exclude };
  const { values, next } = await fetchPage(api, path, query, search.page);
  return { commits: values.map((value) => readCommit(value, path)), next };
}

export interface CommitPlace {
  readonly workspace: string;
  readonly slug: string;
  readonly hash: string;
}

/**
 * What a commit changed against its first parent, all pages. Binary files count 0 and 0. Needs `repository`.
 * @see GET /repositories/{workspace}/{repo_slug}/diffstat/{spec}
 */
export async function diffstat(api: Api, place: CommitPlace): Promise<readonly FileChange[]> {
  const path = `${repositoryPath(place.workspace, place.slug)}/diffstat/${segment(place.hash)}`;
  const changes: FileChange[] = [];
  for await (const value of allValues(api, path, { pagelen: mostFilesOnAPage })) {
    changes.push(readFileChange(value, path));
  }
  return changes;
}

/**
 * A file's bytes at a commit, as text. Needs `repository`. A file that lies in Git LFS is elsewhere, and not followed there.
 * @see GET /repositories/{workspace}/{repo_slug}/src/{commit}/{path}
 */
export async function fileText(
  api: Api,
  { workspace, slug, hash, path }: CommitPlace & { readonly path: string },
): Promise<string> {
  const segments = path.split("/").map(segment).join("/");
  return api.text(
    `${repositoryPath(workspace, slug)}/src/${segment(hash)}/${segments}`,
    {},
    { accept: "*/*" },
  );
}

export interface BranchPlace {
  readonly workspace: string;
  readonly slug: string;
  readonly branch: string;
}

/**
 * The hash a branch points to. A name with a slash is asked for encoded first and, should Bitbucket not find it so, in the
 * list of branches. Throws `bitbucket.not_found` when there is no such branch. Needs `repository`.
 * @see GET /repositories/{workspace}/{repo_slug}/refs/branches/{name}
 */
export async function resolveBranch(api: Api, place: BranchPlace): Promise<string> {
  const path = `${repositoryPath(place.workspace, place.slug)}/refs/branches`;
  try {
    return readTarget(await api.get(`${path}/${segment(place.branch)}`), path);
  } catch (error) {
    if (!place.branch.includes("/") || !isWindlassError(error, "bitbucket.not_found")) throw error;
    for await (const value of allValues(api, path, { q: `name = "${place.branch.replace(/["\\]/g, "")}"` })) {
      if (at(value, "name") === place.branch) return readTarget(value, path);
    }
    throw error;
  }
}

function readTarget(branch: unknown, path: string): string {
  const hash = asText(at(branch, "target", "hash"));
  if (hash === null) throw malformed(path, "has a branch without a target");
  return hash;
}

function repositoryPath(workspace: string, slug: string): string {
  return `/repositories/${segment(workspace)}/${segment(slug)}`;
}
