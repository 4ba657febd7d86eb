/** Owns a commit's files as one archive. */
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { pathOfText, pathspec, pathText } from "../../git/path.ts";
import { streamGit } from "../../git/process/run.ts";
import { badParameter, noSuchPath } from "../errors.ts";
import { commitAt } from "./location.ts";
import type { HistoryHandler } from "./opened.ts";

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
  const name = c.req.query("filename") ?? `${repository.slug}-${commit.slice(0, 11)}.${format}`;
  return new Response(format === "zip" || format === "tar" ? packed : zipped(packed), {
    headers: {
      "Content-Type": types[format],
      "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    },
  });
};

function isFormat(format: string): format is keyof typeof types {
  return Object.hasOwn(types, format);
}

function zipped(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const source = Readable.from(stream);
  const gzip = createGzip();
  source.on("error", (cause) => gzip.destroy(cause));
  return Readable.toWeb(source.pipe(gzip)) as ReadableStream<Uint8Array>; // gzip gives bytes
}
