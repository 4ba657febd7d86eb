/** Owns the checks of the rooms: which file may import which, circles, names and sizes. Run alone, it prints what is wrong. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Import, readImports } from "./imports.ts";
import { baseFilesOfNode, homelessNames, longestFile, type Room, rooms } from "./rooms.ts";

/** A file of `src/`, its path written from there with `/`: `base/clock.ts`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A file together with what it imports of the house (as paths from `src/`) and of others. */
interface ReadFile extends SourceFile {
  readonly imports: readonly (Import & { readonly target: string | null })[];
}

const table: Readonly<Record<string, Room>> = rooms;
const sourceFolder = fileURLToPath(new URL("../src/", import.meta.url));

if (import.meta.main) {
  const problems = findProblems(readSources());
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

/** Every TypeScript file of `src/`. */
export function readSources(): readonly SourceFile[] {
  return globSync("**/*.ts", { cwd: sourceFolder })
    .sort()
    .map((path) => ({
      path: path.replaceAll("\\", "/"),
      text: readFileSync(join(sourceFolder, path), "utf8"),
    }));
}

/** What is wrong with the house, one sentence each; none when all is well. Tests may import what they like. */
export function findProblems(sources: readonly SourceFile[]): readonly string[] {
  const files = sources.filter(({ path }) => !path.endsWith(".test.ts")).map(readFile);
  return [
    ...sources.flatMap(findBadPlace),
    ...files.flatMap(findBadArrows),
    ...findNodeInNeutral(files),
    ...findCircles(fileArrows(files), "The files"),
    ...findCircles(roomArrows(files), "The rooms"),
  ];
}

function readFile({ path, text }: SourceFile): ReadFile {
  const imports = readImports(path, text).map((found) => ({
    ...found,
    target: targetOf(path, found.specifier),
  }));
  return { path, text, imports };
}

/** The imported file as a path from `src/`; null for packages and the platform. Above `src/` it begins with `..`. */
function targetOf(path: string, specifier: string | null): string | null {
  return specifier?.startsWith(".") ? join(dirname(path), specifier).replaceAll("\\", "/") : null;
}

function roomOf(path: string): string {
  return path.split("/")[0] ?? "";
}

/** Where a file lies, how it is called and how long it is. */
function findBadPlace({ path, text }: SourceFile): readonly string[] {
  const problems: string[] = [];
  const lines = text.split("\n").length - 1;
  if (!path.includes("/")) problems.push(`src/${path} lies in no room.`);
  else if (!(roomOf(path) in table))
    problems.push(`src/${path}: the table of rooms has no "${roomOf(path)}".`);
  const homeless = path.split("/").find((name) => homelessNames.includes(name.replace(/(\.test)?\.ts$/, "")));
  if (homeless !== undefined)
    problems.push(`src/${path}: "${homeless}" names no owner; find the missing noun.`);
  if (lines > longestFile) problems.push(`src/${path} has ${lines} lines; ${longestFile} is the limit.`);
  return problems;
}

function findBadArrows(file: ReadFile): readonly string[] {
  return file.imports.flatMap((found) => {
    const problem = judgeImport(file.path, found);
    return problem === null ? [] : [`src/${file.path}:${found.line} ${problem}`];
  });
}

function judgeImport(path: string, found: ReadFile["imports"][number]): string | null {
  const { specifier, target } = found;
  if (specifier === null) return "imports something that cannot be read from the text.";
  if (target === null) return null;
  if (target.startsWith("..")) return `imports ${specifier}, which lies outside of src.`;
  if (!target.endsWith(".ts")) return `imports ${specifier} without its .ts.`;
  if (/(^|\/)index\.ts$/.test(target)) return `imports the face ${target}; rooms import files.`;
  if (roomOf(target) === roomOf(path) || isAllowed(path, found)) return null;
  return `imports ${found.typeOnly ? "a type of " : ""}${target}, which the table of rooms does not allow.`;
}

function isAllowed(path: string, { target, typeOnly }: ReadFile["imports"][number]): boolean {
  return (table[roomOf(path)]?.mayImport ?? []).some((entry) => {
    const place = entry.replace(/^type /, "");
    const within = target === `${place}.ts` || target?.startsWith(`${place}/`) === true;
    return within && (typeOnly || place === entry);
  });
}

/** Neutral files may not reach `node:` or a file of Node, neither directly nor through a file that is loaded with them. */
function findNodeInNeutral(files: readonly ReadFile[]): readonly string[] {
  return files
    .filter(({ path }) => isNeutral(path))
    .flatMap((file) =>
      file.imports.flatMap(({ specifier, target, typeOnly, line }) => {
        if (specifier?.startsWith("node:"))
          return [`src/${file.path}:${line} imports ${specifier}, but is to run anywhere.`];
        if (target === null || typeOnly || isNeutral(target)) return [];
        return [`src/${file.path}:${line} imports ${target}, which needs Node, but is to run anywhere.`];
      }),
    );
}

function isNeutral(path: string): boolean {
  if (roomOf(path) === "base") return !baseFilesOfNode.includes(path);
  return table[roomOf(path)]?.neutral === true;
}

type Arrows = ReadonlyMap<string, ReadonlySet<string>>;

function fileArrows(files: readonly ReadFile[]): Arrows {
  return new Map(
    files.map(({ path, imports }) => [
      path,
      new Set(imports.flatMap(({ target }) => (target === null ? [] : [target]))),
    ]),
  );
}

function roomArrows(files: readonly ReadFile[]): Arrows {
  const arrows = new Map<string, Set<string>>();
  for (const { path, imports } of files) {
    const known = arrows.get(roomOf(path)) ?? new Set<string>();
    arrows.set(roomOf(path), known);
    for (const { target } of imports)
      if (target !== null && roomOf(target) !== roomOf(path)) known.add(roomOf(target));
  }
  return arrows;
}

/** Each circle once, as the way round: `a → b → a`. Walks depth first; what has been walked to its end holds no circle. */
function findCircles(arrows: Arrows, what: string): readonly string[] {
  const problems: string[] = [];
  const done = new Set<string>();
  const walk = (place: string, way: readonly string[]) => {
    const seenAt = way.indexOf(place);
    if (seenAt >= 0) problems.push(`${what} go in a circle: ${[...way.slice(seenAt), place].join(" → ")}`);
    if (seenAt >= 0 || done.has(place)) return;
    for (const next of arrows.get(place) ?? []) walk(next, [...way, place]);
    done.add(place);
  };
  for (const place of arrows.keys()) walk(place, []);
  return problems;
}
