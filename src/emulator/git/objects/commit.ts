/** Owns the content of commit and tag objects: who, when, what was said. */

/** A person as a commit names them, and the instant, to the second. */
export interface Signature {
  /** `Name <e-mail>` as it stands in the commit. */
  readonly raw: string;
  readonly email: string;
  readonly date: Date;
}

export interface Commit {
  readonly hash: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

export interface Tag {
  readonly name: string;
  /** Null in very old tags. */
  readonly tagger: Signature | null;
  readonly message: string;
}

/** Reads a commit object. Headers it does not know (signatures, merge tags) are passed over. */
export function parseCommit(hash: string, bytes: Buffer): Commit {
  const { headers, message } = parseHeaders(bytes);
  const nobody: Signature = { raw: "", email: "", date: new Date(0) };
  return {
    hash,
    tree: headers.get("tree")?.[0] ?? "",
    parents: headers.get("parent") ?? [],
    author: parseSignature(headers.get("author")?.[0]) ?? nobody,
    committer: parseSignature(headers.get("committer")?.[0]) ?? nobody,
    message,
  };
}

/** Reads an annotated tag's object. */
export function parseTag(bytes: Buffer): Tag {
  const { headers, message } = parseHeaders(bytes);
  return {
    name: headers.get("tag")?.[0] ?? "",
    tagger: parseSignature(headers.get("tagger")?.[0]),
    message,
  };
}

function parseHeaders(bytes: Buffer) {
  const gap = bytes.indexOf("\n\n");
  const head = gap === -1 ? bytes : bytes.subarray(0, gap);
  const body = gap === -1 ? Buffer.alloc(0) : bytes.subarray(gap + 2);
  const declared = /^encoding (\S+)$/m.exec(head.toString("latin1"))?.[1];
  const headers = new Map<string, string[]>();
  for (const line of decode(head, declared).split("\n")) {
    // A line that begins with a blank continues a signature.
    if (line.startsWith(" ")) continue;
    const blank = line.indexOf(" ");
    const key = line.slice(0, blank);
    headers.set(key, [...(headers.get(key) ?? []), line.slice(blank + 1)]);
  }
  return { headers, message: decode(body, declared) };
}

/** By the commit's own declaration, else UTF-8, else Latin-1: every byte becomes some character. */
function decode(bytes: Buffer, declared: string | undefined): string {
  for (const encoding of declared === undefined ? ["utf-8"] : [declared, "utf-8"]) {
    try {
      return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // An unknown encoding or bytes that do not fit it: the next one is tried.
    }
  }
  return bytes.toString("latin1");
}

/** `Name <e-mail> seconds zone`; the name may hold anything but a line break, even `<`. */
function parseSignature(line: string | undefined): Signature | null {
  if (line === undefined) return null;
  const match = /^(.*) (-?\d+) [+-]\d+$/s.exec(line);
  const raw = match?.[1] ?? line;
  const email = /<([^<>]*)>[^<>]*$/.exec(raw)?.[1] ?? "";
  return { raw, email, date: new Date(Number(match?.[2] ?? 0) * 1000) };
}
