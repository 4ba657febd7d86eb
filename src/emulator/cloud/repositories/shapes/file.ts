/** Owns files and folders as JSON. */
import type { TreeEntry } from "../../../git/objects/tree.ts";
import { type PathBytes, pathInDiff, pathInUrl, pathText } from "../../../git/path.ts";
import type { GitRepository } from "../../../git/repository.ts";
import { mediaType } from "../media-type.ts";
import type { Opened } from "../opened.ts";
import { commitReference } from "./commit.ts";
import type { RepositoryLinks } from "./links.ts";

/** One side of a change. */
export function changedFile(links: RepositoryLinks, path: PathBytes, commitHash: string): object {
  return {
    path: pathText(path),
    type: "commit_file",
    escaped_path: pathInDiff(path),
    links: { self: links.source(commitHash, path) },
  };
}

/** A place in a repository: an entry of a tree and the commit it was looked up at. */
export interface Place {
  readonly entry: TreeEntry;
  readonly path: PathBytes;
  readonly commitHash: string;
}

/** `commit_file` or `commit_directory`, as listings and `format=meta` answer them. */
export async function placeObject(opened: Opened, place: Place): Promise<object> {
  return place.entry.kind === "folder" ? folderObject(opened, place) : fileObject(opened, place);
}

function folderObject({ links }: Opened, { path, commitHash }: Place): object {
  const slash = path === "" ? "" : "/";
  return {
    path: pathText(path),
    type: "commit_directory",
    links: {
      self: links.source(commitHash, path, slash),
      meta: links.source(commitHash, path, `${slash}?format=meta`),
      history: history(links, commitHash, path),
    },
    commit: commitReference(links, commitHash),
  };
}

async function fileObject({ git, links }: Opened, { entry, path, commitHash }: Place): Promise<object> {
  const { sizeBytes, attributes } = await content(git, entry);
  return {
    path: pathText(path),
    commit: commitReference(links, commitHash),
    type: "commit_file",
    attributes,
    escaped_path: pathInDiff(path),
    size: sizeBytes,
    mimetype: mediaType(pathText(path)),
    links: {
      self: links.source(commitHash, path),
      meta: links.source(commitHash, path, "?format=meta"),
      history: history(links, commitHash, path),
    },
  };
}

function history(links: RepositoryLinks, commitHash: string, path: PathBytes) {
  return links.api(`/filehistory/${commitHash}/${pathInUrl(path)}`);
}

interface Content {
  readonly sizeBytes: number;
  readonly attributes: readonly string[];
}

/** Larger files are not read to tell whether they are text. */
const examinedBytes = 4 * 1024 * 1024;

async function content(git: GitRepository, { kind, hash }: TreeEntry): Promise<Content> {
  // A submodule's content is the hash it points to.
  if (kind === "commit") return { sizeBytes: hash.length, attributes: ["subrepository"] };
  const sizeBytes = (await git.blobInfo(hash))?.sizeBytes ?? 0;
  if (kind === "link") return { sizeBytes, attributes: ["link"] };
  const bytes = sizeBytes > examinedBytes ? null : ((await git.blob(hash))?.bytes ?? null);
  const attributes = [
    ...(kind === "executable" ? ["executable"] : []),
    ...(bytes === null || looksBinary(bytes) ? ["binary"] : []),
    ...(bytes !== null && isLfsPointer(bytes) ? ["lfs"] : []),
  ];
  return { sizeBytes, attributes };
}

/** git's own rule: a NUL among the first 8,000 bytes. */
function looksBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, 8000).includes(0);
}

/** @see https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
export function isLfsPointer(bytes: Buffer): boolean {
  return (
    bytes.length < 1024 && bytes.toString("latin1").startsWith("version https://git-lfs.github.com/spec/v1\n")
  );
}
