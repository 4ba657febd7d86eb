/** Owns the sources as this process loads them: as they lie there, or weakened on purpose. */
import { readSources, type SourceFile } from "../../tools/house.ts";
import type { Change } from "./mutants.ts";

export function loadedSources(): readonly SourceFile[] {
  const changes = JSON.parse(process.env.WINDLASS_MUTANT ?? "[]") as readonly Change[]; // written by try-mutant.ts
  return readSources().map((source) => {
    const own = changes.filter(({ file }) => file === `src/${source.path}`);
    const text = own.reduce((before, { find, replace }) => before.replace(find, () => replace), source.text);
    return { ...source, text };
  });
}
