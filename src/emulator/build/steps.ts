/** Owns the words a repository's history is told in: commits, branches, merges, tags, and what a file may become. */
import type { SeedPerson } from "../core/seed.ts";

/** What a path holds after a commit: text, bytes, null for a file that goes, or one of the special kinds below. */
export type FileState = string | Uint8Array | null | SpecialFile;

/** A file that is more than its content. */
export type SpecialFile =
  | { readonly kind: "executable"; readonly content: string | Uint8Array }
  | { readonly kind: "link"; readonly target: string }
  | { readonly kind: "submodule"; readonly hash: string }
  | { readonly kind: "moved"; readonly from: string; readonly content: string | Uint8Array | null };

/** Who and when. */
export interface CommitDetails {
  /** The whole message; `Commit 1`, `Commit 2` … unless given. */
  readonly message?: string;
  /** A person of the seed, or `Name <e-mail>`. Default: somebody who is no user. */
  readonly author?: SeedPerson | string;
  /** Default: the author. */
  readonly committer?: SeedPerson | string;
  /** A date, or text a date can be made of, UTC unless it says otherwise. Default: an hour after the commit told before, and the first on 1 January 2026. */
  readonly at?: string | Date;
}

/** The files of a commit, by path. */
export type Files = Readonly<Record<string, FileState>>;

export interface CommitStep extends CommitDetails {
  readonly kind: "commit";
  readonly files: Files;
}

export interface BranchStep {
  readonly kind: "branch";
  readonly name: string;
  readonly steps: readonly RepositoryStep[];
  readonly orphan: boolean;
}

export interface MergeStep extends CommitDetails {
  readonly kind: "merge";
  readonly from: string;
  readonly files: Files;
}

export interface TagStep {
  readonly kind: "tag";
  readonly name: string;
  readonly message: string | undefined;
  readonly by: SeedPerson | string | undefined;
  readonly at: string | Date | undefined;
}

/** One sentence of a history. */
export type RepositoryStep = CommitStep | BranchStep | MergeStep | TagStep;

/** `commit({ "a.txt": "one\n", "old.txt": null }, { message: "First", author: ada })`; without files it is an empty commit. */
export function commit(files: Files = {}, details: CommitDetails = {}): CommitStep {
  return { ...details, kind: "commit", files };
}

/**
 * Tells what happens on another branch, which begins where the history stands, or goes on where it exists already.
 * Afterwards the telling goes on where it was. Without steps it is just another name for the commit.
 */
export function branch(
  name: string,
  steps: readonly RepositoryStep[] = [],
  { orphan = false }: { readonly orphan?: boolean } = {},
): BranchStep {
  return { kind: "branch", name, steps, orphan };
}

/** Merges a branch into the one being told of, with a merge commit always. `files` settles what both sides changed. */
export function merge(
  from: string,
  { files = {}, ...details }: CommitDetails & { readonly files?: Files } = {},
): MergeStep {
  return { ...details, kind: "merge", from, files };
}

/** Tags the commit told last; with a message it is an annotated tag. */
export function tag(
  name: string,
  {
    message,
    by,
    at,
  }: { readonly message?: string; readonly by?: SeedPerson | string; readonly at?: string | Date } = {},
): TagStep {
  return { kind: "tag", name, message, by, at };
}

/** A file that may be run: `commit({ "run.sh": executable("#!/bin/sh\n") })`. */
export function executable(content: string | Uint8Array): SpecialFile {
  return { kind: "executable", content };
}

/** A symbolic link. */
export function link(target: string): SpecialFile {
  return { kind: "link", target };
}

/** A submodule at the commit of 40 hex digits. */
export function submodule(hash: string): SpecialFile {
  return { kind: "submodule", hash };
}

/** A file that was moved: `commit({ "new.txt": movedFrom("old.txt") })`; with content it was changed on the way. */
export function movedFrom(from: string, content: string | Uint8Array | null = null): SpecialFile {
  return { kind: "moved", from, content };
}
