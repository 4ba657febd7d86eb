/** Owns a commit's files as one archive. */
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import type { Context } from "hono";
import { pathOfText, pathspec, pathText } from "../../git/path.ts";
import { streamGit } from "../../git/process/run.ts";
import { badParameter, noSuchPath } from "../errors.ts";
import { displayId } from "./commits.ts";
import { commitAt } from "./location.ts";
import type { HistoryHandler, Opened } from "./opened.ts";

const types = {
  zip: "application/zip",
  tar: "application/x-tar",
  "tar.gz": "application/x-gzip",
  tgz: "application/x-gzip",
} as const;

/** `archive?at=&format=&path=&prefix=&filename=`. git packs without a program of the repository's choice: gzip is ours. */
export const archive: HistoryHandler = async (c, opened) => {
  const { git, repository } = opened;
  const format = (c.req.query("format") ?? "zip").toLowerCase();
  if (!isFormat(format))
    return badParameter("format", `The format '${format}' is not supported: use zip, tar, tar.gz or tgz.`);
  const commit = await commitAt(c, "at", opened);
  if (commit instanceof Response) return commit;
  const prefix = c.req.query("prefix") ?? "";
  if (!/^[^\0]*$/.test(prefix)) return badParameter("prefix", "The prefix is no path.");
  const paths = (c.req.queries("path") ?? []).map(pathOfText);
  for (const path of paths)
    if ((await git.entry(await git.treeOf(commit), path)) === null)
      return noSuchPath(pathText(path), c.req.query("at") ?? commit);
  const packed = streamGit(git.location, [
    ...["archive", `--format=${format === "zip" ? "zip" : "tar"}`],
    ...(prefix === "" ? [] : [`--prefix=${prefix.replace(/\/*$/, "/")}`]),
    ...[commit, "--", ...paths.map((path) => pathspec(path))],
  ]);
  const name = c.req.query("filename") ?? `${repository.slug}-${await whatIsIn(c, opened, commit)}.${format}`;
  return new Response(format === "zip" || format === "tar" ? packed : zipped(packed), {
    headers: {
      "Content-Type": types[format],
      "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    },
  });
};

/** A commit as it was asked for; a branch or tag by its short name, slashes as hyphens, with the commit it is at. */
async function whatIsIn(c: Context, { git }: Opened, commit: string): Promise<string> {
  const { mainBranch } = await git.references();
  const asked = c.req.query("at") || (mainBranch?.name ?? "");
  if (/^[0-9a-f]{4,40}$/i.test(asked) && commit.startsWith(asked.toLowerCase())) return asked;
  return `${asked.replace(/^refs\/(heads|tags)\//, "").replaceAll("/", "-")}@${displayId(commit)}`;
}

function isFormat(format: string): format is keyof typeof types {
  return Object.hasOwn(types, format);
}

function zipped(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const source = Readable.from(stream);
  const gzip = createGzip();
  source.on("error", (cause) => gzip.destroy(cause));
  return Readable.toWeb(source.pipe(gzip)) as ReadableStream<Uint8Array>; // gzip gives bytes
}
