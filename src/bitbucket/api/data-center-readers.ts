/** Owns reading what Data Center and Server say of projects, repositories, branches and commits: what we need must be there. */
import { asText, at } from "../json.ts";
import { malformed, readHashes } from "./readers.ts";

export interface DataCenterProject {
  readonly id: number;
  /** Upper case; `~slug` for a person's own. */
  readonly key: string;
  readonly name: string | null;
}

export interface DataCenterRepository {
  /** Stays when it is renamed or moved. */
  readonly id: number;
  readonly projectKey: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string | null;
  /** False where everybody may read it, by itself or through its project. */
  readonly isPrivate: boolean;
}

export interface DataCenterBranch {
  readonly name: string;
  /** Null where only the name was answered. */
  readonly latestCommit: string | null;
}

export interface DataCenterCommit {
  /** 40 hex digits. */
  readonly hash: string;
  /** When it was committed. */
  readonly date: Date;
  /** `Name <address>`; "" when there is nothing. Where the address belongs to a user, the name is the user's. */
  readonly authorRaw: string;
  /** The author's number as text; null when the address belongs to no user. */
  readonly authorSubject: string | null;
  readonly message: string;
  /** Hashes, the first parent first. */
  readonly parents: readonly string[];
}

/** The number that stays when everything else changes; null for anything else. */
export function readNumber(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;
}

/** Throws `bitbucket.malformed_answer` when number or key are missing. `where` names the call in the log. */
export function readProject(value: unknown, where: string): DataCenterProject {
  const id = readNumber(at(value, "id"));
  const key = asText(at(value, "key"));
  if (id === null || key === null) throw malformed(where, "has a project without id or key");
  return { id, key, name: asText(at(value, "name")) };
}

/** Throws `bitbucket.malformed_answer` when number, slug or project are missing. */
export function readDataCenterRepository(value: unknown, where: string): DataCenterRepository {
  const id = readNumber(at(value, "id"));
  const slug = asText(at(value, "slug"));
  const projectKey = asText(at(value, "project", "key"));
  if (id === null || slug === null || projectKey === null) {
    throw malformed(where, "has a repository without id, slug or project");
  }
  return {
    id,
    projectKey,
    slug,
    name: asText(at(value, "name")) ?? slug,
    description: asText(at(value, "description")),
    isPrivate: at(value, "public") !== true && at(value, "project", "public") !== true,
  };
}

const branchPrefix = "refs/heads/";

/** Null when it is no branch. */
export function readBranch(value: unknown): DataCenterBranch | null {
  const id = asText(at(value, "id"));
  if (id === null || !id.startsWith(branchPrefix)) return null;
  return { name: id.slice(branchPrefix.length), latestCommit: asText(at(value, "latestCommit")) };
}

const hashShape = /^[0-9a-f]{40}$/;

/** Throws `bitbucket.malformed_answer` when hash or date are missing or no such thing. */
export function readDataCenterCommit(value: unknown, where: string): DataCenterCommit {
  const hash = asText(at(value, "id")) ?? "";
  const date = readDate(at(value, "committerTimestamp")) ?? readDate(at(value, "authorTimestamp"));
  if (!hashShape.test(hash) || date === null) throw malformed(where, "has a commit without id or timestamp");
  const message = at(value, "message");
  const subject = readNumber(at(value, "author", "id"));
  return {
    hash,
    date,
    authorRaw: readAuthor(at(value, "author")),
    authorSubject: subject === null ? null : String(subject),
    message: typeof message === "string" ? message : "",
    parents: readHashes(at(value, "parents"), "id"),
  };
}

/** A user's `name` is what they log in with, so the display name stands in for git's. */
function readAuthor(author: unknown): string {
  const name = asText(at(author, "displayName")) ?? asText(at(author, "name"));
  const address = asText(at(author, "emailAddress"));
  return [name, address === null ? null : `<${address}>`].filter((part) => part !== null).join(" ");
}

/** Milliseconds since 1970; a server that writes ISO 8601, as webhooks do since 10.0, is understood too. */
function readDate(value: unknown): Date | null {
  if (typeof value !== "number" && typeof value !== "string") return null;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date;
}
