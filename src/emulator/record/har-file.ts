/** Owns the file of a recording: HTTP Archive 1.2, whole JSON after every entry, however the process ends. */
import { closeSync, openSync, writeSync } from "node:fs";
import { EmulatorFailure } from "../core/errors.ts";

export interface HarFile {
  add(entry: object): void;
  close(): void;
}

const opening = `{"log":{"version":"1.2","creator":{"name":"windlass","version":"1","comment":"Recorded by a local Bitbucket; secrets are masked."},"pages":[],"entries":[`;
const closing = "\n]}}\n";

/**
 * Makes the file anew, readable by its owner alone. Throws {@link EmulatorFailure} `bad_option` where it cannot be.
 * @see "HTTP Archive (HAR) format", https://w3c.github.io/web-performance/specs/HAR/Overview.html
 */
export function openHarFile(path: string): HarFile {
  const file = open(path);
  let at = 0;
  let count = 0;
  let isOpen = true;
  /** The end is written with every entry, and the next entry over it. */
  const write = (text: string) => {
    const bytes = Buffer.from(text);
    const all = Buffer.concat([bytes, Buffer.from(closing)]);
    for (let done = 0; done < all.length; ) done += writeSync(file, all, done, all.length - done, at + done);
    at += bytes.length;
  };
  write(opening);
  return {
    add(entry) {
      if (!isOpen) return;
      write(`${count === 0 ? "\n" : ",\n"}${JSON.stringify(entry)}`);
      count += 1;
    },
    close() {
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
}

function open(path: string): number {
  try {
    return openSync(path, "w", 0o600);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EmulatorFailure("bad_option", `The recording ${path} cannot be written: ${why}.`);
  }
}
