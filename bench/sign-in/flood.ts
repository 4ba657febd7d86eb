/** Owns the flood: sign-ins that are begun and never ended, each by a browser of its own, and what is held afterwards. */
import { existsSync, statSync } from "node:fs";
import { beginOver, signInOver } from "./browser.ts";
import { chosen, startContestant } from "./contestants.ts";
import { startUpstream } from "./rounds.ts";
import type { SignInServer } from "./told.ts";

export interface Held {
  readonly heapMegabytes: number;
  readonly residentMegabytes: number;
  /** With its log. */
  readonly fileMegabytes: number;
}

export interface Flood {
  readonly begun: number;
  readonly perSecond: number;
  /** After a tenth of it, which has compiled what there is to compile; in the middle; at the end. */
  readonly held: readonly Held[];
}

/** Of our server over a file. The flow of somebody who means it goes through at the end. */
export async function flood(count: number): Promise<Flood> {
  const upstream = await startUpstream("bare");
  const [ours] = chosen("windlass-sqlite");
  if (ours === undefined) throw new Error("we are not among the contestants");
  const served = await startContestant(ours, upstream.told);
  const server = served.told as SignInServer; // from `ours.ts`
  try {
    const held: Held[] = [];
    const speeds: number[] = [];
    for (const part of [0.1, 0.4, 0.5]) {
      speeds.push(await beginOver(server, Math.round(count * part)));
      const { heapBytes, rssBytes } = await served.used("weigh");
      held.push({
        heapMegabytes: heapBytes / 1e6,
        residentMegabytes: rssBytes / 1e6,
        fileMegabytes: sizeOf(server.file ?? "") / 1e6,
      });
    }
    await signInOver(server, upstream.told, 8);
    return { begun: count, perSecond: speeds.at(-1) ?? Number.NaN, held };
  } finally {
    await served.stop();
    await upstream.served.stop();
  }
}

function sizeOf(file: string): number {
  return [file, `${file}-wal`]
    .filter((path) => existsSync(path))
    .reduce((bytes, path) => bytes + statSync(path).size, 0);
}
