/** Owns reading the beginning of a diff for a page: who wants all of a large one asks the API. */

const bytesShown = 200_000;

/** So much of it as a page shows, with a line that says so where there is more; the rest is not read. */
export async function beginning(diff: ReadableStream<Uint8Array>, most = bytesShown): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of diff) {
    parts.push(part);
    size += part.byteLength;
    if (size > most)
      return `${Buffer.concat(parts).toString("utf8", 0, most)}\n… and more: ask the API for all of it.`;
  }
  return Buffer.concat(parts).toString("utf8");
}
