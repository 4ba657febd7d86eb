/** Owns the file of a recording: HTTP Archive 1.2, whole JSON after every entry, however the process ends. */
import { closeSync, lstatSync, openSync, unlinkSync, writeSync } from "node:fs";
import { EmulatorFailure } from "../core/errors.ts";

export interface HarFile {
  add(entry: object): void;
  close(): void;
}

const opening = `{"log":{"version":"1.2","creator":{"name":"windlass","version":"1","comment":"Recorded by a local Bitbucket; secrets are masked."},"pages":[],"entries":[`;
const closing = "\n]}}\n";

/**
 * Makes the file anew, readable by its owner alone; when it can no longer be written to, the process is warned and it ends
 * there. Throws {@link EmulatorFailure} `bad_option` where it cannot be.
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
  const close = () => {
    if (isOpen) closeSync(file);
    isOpen = false;
  };
  try {
    write(opening);
  } catch (error) {
    close();
    throw unwritable(path, error);
  }
  return {
    add(entry) {
      if (!isOpen) return;
      try {
        write(`${count === 0 ? "\n" : ",\n"}${JSON.stringify(entry)}`);
        count += 1;
      } catch (error) {
        close();
        process.emitWarning(`The recording ${path} ends after ${count} requests: ${whyOf(error)}.`);
      }
    },
    close,
  };
}

function open(path: string): number {
  try {
    removeOld(path);
    return openSync(path, "w", 0o600);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** What another emulator still writes to keeps its own bytes, and what others could read does not stay so. */
function removeOld(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === true) unlinkSync(path);
}

function unwritable(path: string, error: unknown): EmulatorFailure {
  return new EmulatorFailure("bad_option", `The recording ${path} cannot be written: ${whyOf(error)}.`);
}

function whyOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
