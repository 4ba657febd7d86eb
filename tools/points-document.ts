/** Owns `docs/emulator-points.md`: every point a faithful emulator must keep, with the tests that prove it. */
import { globSync, readFileSync } from "node:fs";
import { titlesIn } from "./test-titles.ts";

/** Where a number at the beginning of a title is one of these points: elsewhere it may be of another list. */
const places = "{tests/{emulator,clients,openapi},src/emulator}/**/*.test.ts";

const numbered = (letter: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);

export const points: readonly string[] = [...numbered("C", 43), ...numbered("D", 41)];

export interface ProvenBy {
  /** Without the numbers it begins with. */
  readonly title: string;
  /** From the project's root. */
  readonly file: string;
}

/** The tests of each point, by file. `C34, C36: …` is of both; a number that is no point is nobody's here. */
export function testsOfPoints(root: string): ReadonlyMap<string, readonly ProvenBy[]> {
  const tests = new Map<string, ProvenBy[]>(points.map((point) => [point, []]));
  for (const file of globSync(places, { cwd: root }).toSorted()) {
    for (const written of titlesIn(readFileSync(`${root}/${file}`, "utf8"))) {
      const [, numbers, title] = /^([A-Z]\d+(?:, [A-Z]\d+)*): (.*)$/s.exec(written) ?? [];
      if (numbers === undefined || title === undefined) continue;
      for (const number of numbers.split(", ")) tests.get(number)?.push({ title, file });
    }
  }
  return tests;
}

export function pointsDocument(root: string): string {
  const sections = [...testsOfPoints(root)].map(
    ([point, tests]) =>
      `## ${point}\n\n${tests.map(({ title, file }) => `- ${plain(title)} (\`${file}\`)`).join("\n")}\n`,
  );
  return `# The points of the emulator

The points that a faithful emulator must keep, C for Cloud, D for Data Center and Server, each with the tests that prove it.
\`%s\` and the like stand where a test runs with several values. Generated from the tests by \`npm run docs\`.

${sections.join("\n")}`;
}

/** Stars and the like as they stand. */
function plain(title: string): string {
  return title.replaceAll(/[<>*\\]/g, String.raw`\$&`);
}
