/** Owns keeping what a client sends on disk until all of it is there: a slow one, or one that hangs up, holds nobody up. */
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Hands `work` the whole of `input`. Throws what the input breaks off with; nothing is left behind. */
export async function spooled<Result>(
  input: AsyncIterable<Uint8Array>,
  work: (whole: AsyncIterable<Uint8Array>) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "windlass-push-"));
  const file = join(folder, "push");
  try {
    await pipeline(Readable.from(input, { objectMode: false }), createWriteStream(file));
    return await work(createReadStream(file));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
