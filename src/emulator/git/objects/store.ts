/** Owns reading git objects by name, through long-lived `git cat-file`. */
import { GitFailure } from "../errors.ts";
import { type Conversation, converse } from "../process/conversation.ts";
import type { Location } from "../process/environment.ts";

export type ObjectType = "commit" | "tree" | "blob" | "tag";

/** What git knows of an object without its content. */
export interface ObjectInfo {
  readonly hash: string;
  readonly type: ObjectType;
  readonly sizeBytes: number;
}

/** An object with its content. */
export interface GitObject extends ObjectInfo {
  readonly bytes: Buffer;
}

/**
 * Reads objects. Names are handed to git as a line: the caller makes sure that they hold neither blanks nor line
 * breaks (a hash, or a checked reference, with `^{commit}` behind it if need be). Null when there is no such object.
 */
export interface ObjectStore {
  info(name: string): Promise<ObjectInfo | null>;
  read(name: string): Promise<GitObject | null>;
  close(): Promise<void>;
}

/** Opens the store; git starts with the first question: one process for what objects are, one for what they hold. */
export function openObjectStore(location: Location): ObjectStore {
  const headers: Conversation = converse(location, ["cat-file", "--batch-check"]);
  const contents: Conversation = converse(location, ["cat-file", "--batch"]);
  return {
    info: (name) => headers.ask(`${oneLine(name)}\n`, readInfo),
    read: (name) => contents.ask(`${oneLine(name)}\n`, readObject),
    async close() {
      await Promise.all([headers.close(), contents.close()]);
    },
  };
}

/** The last guard before the pipe: a name with a line break would be a second question and shift every answer. */
function oneLine(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\x00-\x20]/.test(name)) throw new GitFailure("failed", "An object name must not hold blanks.");
  return name;
}

function readInfo(bytes: Buffer) {
  const end = bytes.indexOf("\n");
  if (end === -1) return null;
  return { value: parseHeader(bytes.toString("latin1", 0, end)), length: end + 1 };
}

function readObject(bytes: Buffer) {
  const header = readInfo(bytes);
  if (header === null) return null;
  if (header.value === null) return { value: null, length: header.length };
  const contentEnd = header.length + header.value.sizeBytes;
  if (bytes.length < contentEnd + 1) return null;
  const content = Buffer.from(bytes.subarray(header.length, contentEnd));
  return { value: { ...header.value, bytes: content }, length: contentEnd + 1 };
}

/** `<hash> <type> <size>`; `<name> missing` and `<name> ambiguous` mean that there is none. */
function parseHeader(line: string): ObjectInfo | null {
  const match = /^([0-9a-f]{40}) (commit|tree|blob|tag) (\d+)$/.exec(line);
  if (match === null) return null;
  const [, hash = "", type, size] = match;
  // The pattern allows exactly the four types.
  return { hash, type: type as ObjectType, sizeBytes: Number(size) };
}
