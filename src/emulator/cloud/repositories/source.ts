/** Owns `src`: a file's bytes, what is known of it, and folders. */
import type { Context } from "hono";
import { GitFailure } from "../../git/errors.ts";
import type { TreeEntry } from "../../git/objects/tree.ts";
import { joinPath, type PathBytes, pathInUrl, pathOfText, pathText } from "../../git/path.ts";
import type { GitRepository } from "../../git/repository.ts";
import { badRequest, commitNotFound, fileNotFound, json, notPlayed, resourceNotFound } from "../answers.ts";
import { pathFrom, segmentsBehind } from "./location.ts";
import { mediaType } from "./media-type.ts";
import { objectPage } from "./object-page.ts";
import type { Opened, RepositoryHandler } from "./opened.ts";
import { isLfsPointer, type Place, placeObject } from "./shapes/file.ts";

/** `GET /src`: on to the root of the main branch. */
export const sourceRoot: RepositoryHandler = async (c, { git, links }) => {
  const { mainBranch } = await git.references();
  if (mainBranch === null) return resourceNotFound();
  const { search } = new URL(c.req.url);
  return c.redirect(`${links.api(`/src/${mainBranch.commitHash}/`).href}${search}`, 302);
};

/**
 * `GET /src/{commit}/{path}`. The commit is one segment: a branch with a slash in its name cannot stand there, and
 * the root needs its trailing slash.
 * @see "Get file or directory contents", https://developer.atlassian.com/cloud/bitbucket/rest/api-group-source/
 */
export const source: RepositoryHandler = async (c, opened) => {
  const place = await findPlace(c, opened.git);
  if (place instanceof Response) return place;
  const format = c.req.query("format");
  if (format === "meta") return json(await placeObject(opened, place));
  if (format === "rendered") return notPlayed("format=rendered");
  if (format !== undefined) return badRequest(`The emulator does not offer format=${format}.`);
  return place.entry.kind === "folder" ? listFolder(c, opened, place) : rawFile(c, opened.git, place);
};

/** Looks up commit and path of a `src` or `filehistory` URL, or answers what is missing. */
export async function findPlace(c: Context, git: GitRepository): Promise<Place | Response> {
  const [, revision = "", ...rest] = segmentsBehind(c);
  if (rest.length === 0) return resourceNotFound();
  const name = pathText(pathFrom(c, 1).split("/", 1)[0] as PathBytes); // a piece of bytes is bytes
  const commitHash = revision.toUpperCase().includes("%2F") ? null : await git.resolve(name);
  if (commitHash === null) return commitNotFound(name);
  const path = pathFrom(c, 2);
  const entry = await git.entry(await git.treeOf(commitHash), path);
  return entry === null ? fileNotFound(pathText(path)) : { entry, path, commitHash };
}

/** Above this a file is sent as git reads it instead of being held in memory. */
const heldBytes = 8 * 1024 * 1024;

async function rawFile(c: Context, git: GitRepository, { entry, path }: Place): Promise<Response> {
  const etag = `"${entry.hash}-${entry.kind}"`;
  if (c.req.header("If-None-Match") === etag)
    return new Response(null, { status: 304, headers: { ETag: etag } });
  const { body, sizeBytes } = await fileBytes(git, entry);
  if (body instanceof Uint8Array && isLfsPointer(Buffer.from(body)))
    return notPlayed("Git LFS, where a file is a redirect to the media service");
  const name = path.slice(path.lastIndexOf("/") + 1) as PathBytes; // a piece of bytes is bytes
  return new Response(body, {
    headers: {
      "Content-Type": mediaType(pathText(path)) ?? "text/plain",
      "Content-Disposition": `attachment; filename*=UTF-8''${pathInUrl(pathOfText(pathText(name)))}`,
      "Content-Length": String(sizeBytes),
      ETag: etag,
    },
  });
}

async function fileBytes(git: GitRepository, { kind, hash }: TreeEntry) {
  // What a submodule points to lies elsewhere; its content here is that hash.
  if (kind === "commit") return { body: hash, sizeBytes: hash.length };
  const info = await git.blobInfo(hash);
  if (info !== null && info.sizeBytes > heldBytes)
    return { body: git.blobStream(hash), sizeBytes: info.sizeBytes };
  const blob = await git.blob(hash);
  // A partial clone lacks contents, and they are never fetched.
  if (blob === null) throw new GitFailure("failed", "The repository on disk lacks the content of this file.");
  return { body: new Uint8Array(blob.bytes), sizeBytes: blob.sizeBytes };
}

async function listFolder(c: Context, opened: Opened, folder: Place): Promise<Response> {
  const asked = c.req.query("max_depth") ?? "1";
  const depth = /^\d{1,9}$/.test(asked) ? Number(asked) : 0;
  if (depth < 1) return badRequest("Invalid max_depth");
  const places = await placesBelow(opened.git, folder, depth);
  const { api: apiOrigin } = opened.context.origins;
  const object = (place: Place) => placeObject(opened, place);
  return objectPage(c, places, { apiOrigin, render: object });
}

/** Breadth first, each folder in git's order. */
async function placesBelow(git: GitRepository, folder: Place, depth: number): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (let level = [folder], left = depth; level.length > 0 && left > 0; left -= 1) {
    const below = await Promise.all(level.map((place) => childrenOf(git, place)));
    const children = below.flat();
    places.push(...children);
    level = children.filter((place) => place.entry.kind === "folder");
  }
  return places;
}

async function childrenOf(git: GitRepository, { entry, path, commitHash }: Place): Promise<readonly Place[]> {
  const entries = await git.folder(entry.hash);
  return entries.map((child) => ({ entry: child, path: joinPath(path, child.name), commitHash }));
}
