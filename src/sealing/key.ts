/** Owns where the sealing key comes from: the environment, or a file made beside the database at the first start. */
import { createHash } from "node:crypto";
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { isWindlassError } from "../base/errors.ts";
import { newId } from "../base/random.ts";
import { sealingErrors } from "./errors.ts";
import type { SealingKey } from "./keyring.ts";

export interface KeySources {
  /** The value of `WINDLASS_KEY`: 32 bytes in Base64 or Base64url. It goes before the file. */
  readonly environment?: string | undefined;
  /** Where the key file is or shall be; `null` with a database in memory: the key ends with the process too. */
  readonly keyFile: string | null;
  /** Whether a key must have existed before: then no new one is made. */
  readonly databaseHoldsSealedRows: boolean;
}

export interface LoadedKey extends SealingKey {
  readonly source: "environment" | "file" | "made" | "memory";
  /** To be told to the operator, who has to keep the file as safe as the database. */
  readonly path: string | null;
}

/**
 * Finds the key, or makes one if none can ever have been.
 * Throws `sealing.key_malformed`, `sealing.key_missing`, `sealing.key_file_open`, `sealing.key_file_unusable`.
 */
export function loadKey({ environment, keyFile, databaseHoldsSealedRows }: KeySources): LoadedKey {
  if (environment !== undefined && environment.trim() !== "") {
    return loaded(decodeKey(environment, "WINDLASS_KEY"), "environment", null);
  }
  if (keyFile === null) {
    if (databaseHoldsSealedRows) throw sealingErrors.fail("sealing.key_missing");
    return loaded(randomKey(), "memory", null);
  }
  const kept = readKeyFile(keyFile);
  if (kept !== null) return loaded(kept, "file", keyFile);
  if (databaseHoldsSealedRows) throw sealingErrors.fail("sealing.key_missing", { detail: keyFile });
  return makeKeyFile(keyFile);
}

/** A key's name: tells keys apart and says nothing about them. */
export function keyId(key: Uint8Array): string {
  return createHash("sha256").update("windlass key id\0").update(key).digest("hex").slice(0, 16);
}

function loaded(key: Uint8Array, source: LoadedKey["source"], path: string | null): LoadedKey {
  return { id: keyId(key), key, source, path };
}

function randomKey(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(32));
}

function decodeKey(text: string, place: string): Uint8Array {
  const trimmed = text.trim();
  const bytes = Buffer.from(trimmed, "base64");
  if (!/^[\w+/-]{43}=?$/.test(trimmed) || bytes.byteLength !== 32) {
    throw sealingErrors.fail("sealing.key_malformed", { detail: place });
  }
  return new Uint8Array(bytes);
}

/** `null` when there is no such file. */
function readKeyFile(path: string): Uint8Array | null {
  try {
    if ((statSync(path).mode & 0o077) !== 0)
      throw sealingErrors.fail("sealing.key_file_open", { detail: path });
    return decodeKey(readFileSync(path, "utf8"), path);
  } catch (error) {
    if (isWindlassError(error)) throw error;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw unusable(path, error);
  }
}

/**
 * Writes a new key beside its place, makes it durable, and links it there, which fails if another process was first:
 * then that one's key is used. A key is never overwritten and never half written.
 */
function makeKeyFile(path: string): LoadedKey {
  // Not the process id: in a container that is the same at each start, and a crash may have left a draft behind.
  const draft = `${path}.${newId("draft")}`;
  const key = randomKey();
  try {
    writeDurably(draft, `${Buffer.from(key).toString("base64")}\n`);
    linkSync(draft, path);
    syncFolder(dirname(path));
    return loaded(key, "made", path);
  } catch (error) {
    const first = (error as NodeJS.ErrnoException).code === "EEXIST" ? readKeyFile(path) : null;
    if (first !== null) return loaded(first, "file", path);
    throw unusable(path, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function unusable(path: string, cause: unknown) {
  return sealingErrors.fail("sealing.key_file_unusable", { detail: path, cause });
}
