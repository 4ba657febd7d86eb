/** Owns trying one weakening: the cases it names, in a process that loads the weakened file, and whether each noticed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { compiledOnce } from "./compiled.ts";
import type { Change, Mutant } from "./mutants.ts";
import type { Tried } from "./try-case.ts";

const root = join(import.meta.dirname, "../..");
const hook = pathToFileURL(join(import.meta.dirname, "mutate.mjs")).href;

export interface TriedMutant {
  readonly name: string;
  readonly milliseconds: number;
  /** The numbers that did not notice. */
  readonly missedBy: readonly string[];
  /** What the ones that noticed saw. */
  readonly seen: readonly string[];
}

/** What is wrong with a change as it is written down; null when the file holds the text once. */
export function misplaced({ file, find }: Change): string | null {
  const count = readFileSync(join(root, file), "utf8").split(find).length - 1;
  return count === 1 ? null : `${file} holds ${count} times: ${find}`;
}

/** Throws when the weakening cannot be made, or when nothing could be tried with it. */
export async function tryMutant({ name, changes, caughtBy }: Mutant): Promise<TriedMutant> {
  for (const problem of changes.map(misplaced)) if (problem !== null) throw new Error(`${name}: ${problem}`);
  const begun = performance.now();
  const cases = caughtBy.flatMap((id) => ["--case", id]);
  const { tried, printed } = await runWeakened(changes, cases);
  if (tried === null) throw new Error(`${name}: nothing could be tried.\n${printed}`);
  const unheard = caughtBy.filter((id) => !tried.some((one) => one.id === id));
  if (unheard.length > 0) throw new Error(`${name}: there is no case ${unheard.join(", ")}`);
  const broken = tried.find(({ isOpened }) => !isOpened);
  if (broken !== undefined) throw new Error(`${name}: the server does not start: ${broken.failure}`);
  return {
    name,
    milliseconds: Math.round(performance.now() - begun),
    missedBy: tried.filter(({ failure }) => failure === null).map(({ id }) => id),
    seen: tried.flatMap(({ id, failure }) =>
      failure === null ? [] : [`${id}: ${failure.split("\n")[0] ?? ""}`],
    ),
  };
}

async function runWeakened(
  changes: readonly Change[],
  cases: readonly string[],
): Promise<{ readonly tried: readonly Tried[] | null; readonly printed: string }> {
  const args = ["--import", hook, join(import.meta.dirname, "run.ts"), "--json", ...cases];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...compiledOnce, WINDLASS_MUTANT: JSON.stringify(changes) },
  });
  const [out, noise]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (piece: Buffer) => out.push(piece));
  child.stderr.on("data", (piece: Buffer) => noise.push(piece));
  await once(child, "close");
  const printed = Buffer.concat([...out, ...noise]).toString();
  const line = Buffer.concat(out)
    .toString()
    .split("\n")
    .find((each) => each.startsWith('{"tried":'));
  if (line === undefined) return { tried: null, printed };
  return { tried: (JSON.parse(line) as { tried: readonly Tried[] }).tried, printed }; // printed by run.ts
}
