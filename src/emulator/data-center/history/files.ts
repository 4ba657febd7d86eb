/** Owns `files`, `browse` and `raw`: names of files, what is in folders, and files as lines and as bytes. */
import type { Context } from "hono";
import { GitFailure } from "../../git/errors.ts";
import type { EntryKind, TreeEntry } from "../../git/objects/tree.ts";
import { type PathBytes, pathInUrl, pathOfText, pathText } from "../../git/path.ts";
import { json } from "../answers.ts";
import { badParameter, noSuchPath } from "../errors.ts";
import { listPage, pageOf, readWindow } from "../paging.ts";
import { blameObjects } from "./blame.ts";
import { isTrue, pathBehind } from "./location.ts";
import type { HistoryHandler, Opened } from "./opened.ts";
import { pathObject } from "./path-object.ts";
import { filesBelow, findPlace, type Place } from "./place.ts";
import { shown } from "./read-diff.ts";

/** A page of paths, everything below the folder. */
export const listFiles: HistoryHandler = async (c, opened) => {
  const place = await findPlace(c, "files", opened);
  if (place instanceof Response) return place;
  const { rules } = opened.context;
  const folder = pathText(place.path);
  if (place.entry.kind !== "folder") return badParameter("path", `The path "${folder}" is not a directory.`);
  const from = rules.filesBelowFolder === "full" ? place.path : pathOfText("");
  const files = await filesBelow(opened.git, place.entry.hash, from);
  return listPage(c, files, { rules, most: rules.maxFiles, render: pathText });
};

/** Size wins over type, and both over the content. */
export const browse: HistoryHandler = async (c, opened) => {
  const place = await findPlace(c, "browse", opened);
  if (place instanceof Response) return place;
  const { entry } = place;
  if (isTrue(c, "size")) return json({ size: await sizeOf(opened, entry) });
  if (isTrue(c, "type")) return json({ type: nodeType(entry.kind) });
  return entry.kind === "folder" ? browseFolder(c, opened, place) : browseFile(c, opened, place);
};

/** A file's bytes; a folder has none. */
export const raw: HistoryHandler = async (c, opened) => {
  const place = await findPlace(c, "raw", opened);
  if (place instanceof Response) return place;
  if (place.entry.kind === "folder")
    return noSuchPath(pathText(pathBehind(c, "raw")), c.req.query("at") ?? place.commitHash);
  const bytes = await contentOf(opened, place.entry);
  const name = place.path.slice(place.path.lastIndexOf("/") + 1) as PathBytes; // a piece of bytes is bytes
  const binary = isBinary(bytes);
  return new Response(new Uint8Array(bytes), {
    headers: {
      "Content-Type": binary ? "application/octet-stream" : "text/plain;charset=UTF-8",
      "Content-Disposition": `${binary ? "attachment" : "inline"}; filename*=UTF-8''${pathInUrl(name)}`,
    },
  });
};

function nodeType(kind: EntryKind): "DIRECTORY" | "SUBMODULE" | "FILE" {
  return kind === "folder" ? "DIRECTORY" : kind === "commit" ? "SUBMODULE" : "FILE";
}

/** What a submodule points to lies elsewhere; its content here is that hash. */
async function contentOf({ git }: Opened, { kind, hash }: TreeEntry): Promise<Buffer> {
  if (kind === "commit") return Buffer.from(hash);
  const blob = await git.blob(hash);
  if (blob === null) throw new GitFailure("failed", "The repository on disk lacks the content of this file.");
  return blob.bytes;
}

async function sizeOf({ git }: Opened, { kind, hash }: TreeEntry): Promise<number> {
  return kind === "folder" || kind === "commit" ? 0 : ((await git.blobInfo(hash))?.sizeBytes ?? 0);
}

async function browseFolder(
  c: Context,
  opened: Opened,
  { entry, path, commitHash }: Place,
): Promise<Response> {
  const { rules } = opened.context;
  const children = await opened.git.folder(entry.hash);
  const window = readWindow(c, { rules, most: rules.maxItems, usual: rules.contentLimit });
  if (window instanceof Response) return window;
  const shownHere = children.slice(window.skip, window.skip + window.limit);
  const values = await Promise.all(shownHere.map((child) => childObject(opened, child)));
  const hasMore = window.skip + window.limit < children.length;
  return json({
    path: pathObject(path),
    revision: c.req.query("at") ?? commitHash,
    children: pageOf(values, window, { rules, hasMore }),
  });
}

async function childObject(opened: Opened, child: TreeEntry): Promise<object> {
  const type = nodeType(child.kind);
  const common = { path: pathObject(child.name), type };
  if (type === "DIRECTORY") return { ...common, node: child.hash };
  return { ...common, contentId: child.hash, size: await sizeOf(opened, child) };
}

/** Lines without their ends; a binary file has none. */
async function browseFile(c: Context, opened: Opened, place: Place): Promise<Response> {
  const { entry, path, commitHash } = place;
  const { rules } = opened.context;
  const bytes = await contentOf(opened, entry);
  if (isBinary(bytes)) return json({ binary: true, path: pathObject(path) });
  const window = readWindow(c, {
    rules: { ...rules, pageGaps: false },
    most: rules.maxSourceLines,
    usual: rules.contentLimit,
  });
  if (window instanceof Response) return window;
  const lines = bytes.toString("latin1").split("\n");
  if (lines.at(-1) === "") lines.pop();
  const { start, limit } = window;
  const some = lines.slice(start, start + limit).map((line) => ({ text: shown(line) }));
  const isLastPage = start + limit >= lines.length;
  const isBlamed = (c.req.query("blame") ?? "false").toLowerCase() !== "false";
  const blame = isBlamed ? await blameObjects(opened, { commitHash, path, start, count: some.length }) : null;
  if (blame !== null && (c.req.query("noContent") ?? "false").toLowerCase() !== "false")
    return json(rules.blameAlone === "list" ? blame : { blame });
  return json({
    lines: some,
    start,
    size: some.length,
    limit,
    isLastPage,
    ...(isLastPage ? {} : { nextPageStart: start + some.length }),
    ...(blame === null ? {} : { blame }),
  });
}

/** As git decides it: a NUL among the first 8,000 bytes. */
function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, 8000).includes(0);
}
