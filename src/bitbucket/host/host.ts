/** Owns what the house asks a Bitbucket for, whatever the product: one interface, a side for Cloud and one for the self-hosted. */
import type { FileChange, FileStatus } from "../api/readers.ts";
import type { Product } from "../instance.ts";

export type { FileChange, FileStatus };

/** Whom a credential stands for. */
export interface Account {
  /** The id that stays: uuid without braces at Cloud, the number as text elsewhere; null for a token nobody stands behind. */
  readonly subject: string | null;
  /** For people to read. */
  readonly name: string;
  /** What it logs in with, and git with its token; null where Bitbucket does not say, and for a token nobody stands behind. */
  readonly username: string | null;
  /** Only a person can sign in. */
  readonly kind: "person" | "bot";
}

/** What repositories are grouped in: a workspace at Cloud, a project elsewhere. */
export interface HostWorkspace {
  /** The slug or the project key: how addresses name it. */
  readonly key: string;
  /** Stays when it is renamed: uuid without braces, or the number as text. */
  readonly id: string;
  readonly name: string | null;
  /** Whether the account administers it; null where Bitbucket does not say. */
  readonly administrator: boolean | null;
}

/** A repository, the same for every product. */
export interface HostRepository {
  /** Stays when it is renamed or moved, and is no other repository's at any instance: Cloud's uuid without braces, else `instance/number`. */
  readonly id: string;
  readonly workspace: string;
  readonly slug: string;
  /** `workspace/slug`. */
  readonly fullName: string;
  readonly name: string;
  /** Null for an empty repository, and where finding out would cost a call of its own. */
  readonly mainBranch: string | null;
  readonly isPrivate: boolean;
  readonly description: string | null;
  readonly updatedOn: Date | null;
}

/** A commit, the same for every product. */
export interface HostCommit {
  /** 40 hex digits. */
  readonly hash: string;
  /** When it was committed. Dates along a history are not in order. */
  readonly date: Date;
  /** `Name <address>` as git has it; "" when git has nothing. */
  readonly authorRaw: string;
  /** The author's id at Bitbucket; null when the address belongs to no account. */
  readonly authorSubject: string | null;
  readonly message: string;
  /** Hashes, the first parent first. */
  readonly parents: readonly string[];
}

/** What a commit changed against its first parent: as counted by Bitbucket, or as git's unified diff to be counted. */
export type Changes =
  | { readonly kind: "counted"; readonly files: readonly FileChange[] }
  | { readonly kind: "diff"; readonly diff: string };

/** Where a repository is: what addresses and calls need. */
export type RepositoryPlace = Pick<HostRepository, "workspace" | "slug">;

/** A page of a list; `next` is null at the end, else opaque text for the next call, fit to travel through a browser. */
export interface RepositoryPage {
  readonly repositories: readonly HostRepository[];
  readonly next: string | null;
}

/** Commits, the newest first, and what asks for those behind them; null at the end. */
export interface CommitPage {
  readonly commits: readonly HostCommit[];
  readonly next: string | null;
}

/** A Bitbucket seen with one credential. Every method throws what the API client throws. */
export interface CodeHost {
  readonly product: Product;
  account(): Promise<Account>;
  /** Those the credential has access to. Throws `bitbucket.gone` where the list is. */
  workspaces(): Promise<readonly HostWorkspace[]>;
  /** Throws `bitbucket.not_found`. */
  workspace(key: string): Promise<HostWorkspace>;
  /** A hundred at most. `query` is text that name or slug contain. Throws `bitbucket.bad_page` for a `page` it did not give. */
  repositoryPage(
    workspace: string,
    search?: { readonly query?: string | undefined; readonly page?: string | undefined },
  ): Promise<RepositoryPage>;
  repository(place: RepositoryPlace): Promise<HostRepository>;
  /** Follows renames and moves, at Data Center as far as the place it was last seen at leads. */
  repositoryById(id: string, last: RepositoryPlace): Promise<HostRepository>;
  /** The hash a branch points to. Throws `bitbucket.not_found`. */
  resolveBranch(place: RepositoryPlace, branch: string): Promise<string>;
  /** Ancestors of `include` without those of `exclude`. */
  commitPage(
    place: RepositoryPlace,
    search: {
      readonly include: string;
      readonly exclude?: string | undefined;
      readonly page?: string | undefined;
    },
  ): Promise<CommitPage>;
  changes(place: RepositoryPlace, hash: string): Promise<Changes>;
  /** The text of a file at a commit. Throws `bitbucket.not_found`. */
  readFile(place: RepositoryPlace, file: { readonly hash: string; readonly path: string }): Promise<string>;
  /** Addresses of the website, for links people follow. */
  readonly links: HostLinks;
}

/** Addresses of pages, for people to open. */
export interface HostLinks {
  /** The hosts whose pasted addresses name repositories here. */
  readonly hosts: readonly string[];
  repository(place: RepositoryPlace): string;
  commit(place: RepositoryPlace, hash: string): string;
}
