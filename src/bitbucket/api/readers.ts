/** Owns reading what Bitbucket Cloud says of repositories, commits and changed files: what we need must be there. */
import { bitbucketErrors } from "../errors.ts";
import { asList, asText, at } from "../json.ts";
import { withoutBraces } from "../uuid.ts";

/** A repository of Bitbucket Cloud's REST API. */
export interface CloudRepository {
  /** Without braces; stays when the slug changes. */
  readonly uuid: string;
  readonly workspaceSlug: string;
  readonly slug: string;
  /** `workspace/slug`. */
  readonly fullName: string;
  readonly name: string;
  /** Null for an empty repository. */
  readonly mainBranch: string | null;
  readonly isPrivate: boolean;
  readonly description: string | null;
  /** ISO 8601 as Bitbucket writes it. */
  readonly updatedOn: string | null;
}

/** A commit of Bitbucket Cloud's REST API. */
export interface CloudCommit {
  /** 40 hex digits. */
  readonly hash: string;
  /** Bitbucket's `date`. Dates along a history are not in order. */
  readonly date: Date;
  /** `Name <address>` as git has it; "" when git has nothing. */
  readonly authorRaw: string;
  /** The author's Bitbucket id without braces; null when the address belongs to no account. */
  readonly authorSubject: string | null;
  readonly message: string;
  /** Hashes, the first parent first. */
  readonly parents: readonly string[];
}

export type FileStatus = "added" | "removed" | "modified" | "renamed";

/** One file of a commit's diffstat. */
export interface FileChange {
  readonly status: FileStatus;
  /** Null for an added file. */
  readonly oldPath: string | null;
  /** Null for a removed file. */
  readonly newPath: string | null;
  /** 0 for binary files, as is `linesRemoved`. */
  readonly linesAdded: number;
  readonly linesRemoved: number;
}

/** Throws `bitbucket.malformed_answer` when uuid or full name are missing. `where` names the call in the log. */
export function readRepository(value: unknown, where: string): CloudRepository {
  const uuid = withoutBraces(at(value, "uuid"));
  const fullName = asText(at(value, "full_name"));
  const [workspaceSlug, nameInPath, rest] = (fullName ?? "").split("/");
  if (uuid === null || fullName === null || !workspaceSlug || !nameInPath || rest !== undefined) {
    throw malformed(where, "has a repository without uuid or full name");
  }
  const slug = asText(at(value, "slug")) ?? nameInPath;
  return {
    uuid,
    workspaceSlug,
    slug,
    fullName,
    name: asText(at(value, "name")) ?? slug,
    mainBranch: asText(at(value, "mainbranch", "name")),
    isPrivate: at(value, "is_private") !== false,
    description: asText(at(value, "description")),
    updatedOn: asText(at(value, "updated_on")),
  };
}

const hashShape = /^[0-9a-f]{40}$/;

/** Throws `bitbucket.malformed_answer` when hash or date are missing or no such thing. */
export function readCommit(value: unknown, where: string): CloudCommit {
  const hash = asText(at(value, "hash")) ?? "";
  const date = new Date(asText(at(value, "date")) ?? "");
  if (!hashShape.test(hash) || Number.isNaN(date.getTime())) {
    throw malformed(where, "has a commit without hash or date");
  }
  const message = at(value, "message");
  return {
    hash,
    date,
    authorRaw: asText(at(value, "author", "raw")) ?? "",
    authorSubject: withoutBraces(at(value, "author", "user", "uuid")),
    message: typeof message === "string" ? message : "",
    parents: readHashes(at(value, "parents"), "hash"),
  };
}

/** The hashes of a list of commits, each under that name. Thousands of lists are read with a history: a loop is the fastest. */
export function readHashes(commits: unknown, name: string): readonly string[] {
  const hashes: string[] = [];
  for (const commit of asList(commits)) {
    const hash = asText(at(commit, name));
    if (hash !== null) hashes.push(hash);
  }
  return hashes;
}

/** Throws `bitbucket.malformed_answer` when there is no path or a count is no whole number. */
export function readFileChange(value: unknown, where: string): FileChange {
  const [oldPath, newPath] = [readPath(at(value, "old", "path")), readPath(at(value, "new", "path"))];
  if (oldPath === null && newPath === null) throw malformed(where, "has a changed file without a path");
  return {
    status: readStatus(at(value, "status"), oldPath, newPath),
    oldPath,
    newPath,
    linesAdded: readCount(at(value, "lines_added"), where),
    linesRemoved: readCount(at(value, "lines_removed"), where),
  };
}

/** Unlike other text, a path may be nothing but spaces. */
function readPath(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Other words are told of for conflicts; then the two sides say what happened. */
function readStatus(value: unknown, oldPath: string | null, newPath: string | null): FileStatus {
  if (oldPath === null) return "added";
  if (newPath === null) return "removed";
  if (value === "added" || value === "removed" || value === "modified" || value === "renamed") return value;
  return oldPath === newPath ? "modified" : "renamed";
}

function readCount(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw malformed(where, "has a changed file without line counts");
}

/** An answer that lacks what makes it one. */
export function malformed(where: string, what: string) {
  return bitbucketErrors.fail("bitbucket.malformed_answer", { detail: `${where} ${what}` });
}
