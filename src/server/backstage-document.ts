/**
 * Owns reading a Backstage configuration file by Backstage's own rules of substitution. Only what is asked for is looked at, so
 * that a variable or file of another plugin may be missing.
 * @see "Writing Backstage Configuration Files" of Backstage, sections "Includes and Dynamic Data" and "Environment Variable Substitution"
 */
import { dirname, extname, resolve } from "node:path";
import { parse } from "yaml";
import type { ConfigProblem } from "../app/config.ts";
import { merge } from "../base/merge.ts";
import { isObject } from "../base/objects.ts";

export interface BackstageSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads a file by its absolute path. */
  readFile(path: string): string;
}

/** One configuration file. */
export interface BackstageLayer {
  readonly root: unknown;
  /** What the file names is relative to it. */
  readonly folder: string;
}

export interface BackstageDocument {
  /** The value at a path with everything replaced; undefined when it is not there or one of its variables is unset. */
  read(path: readonly string[]): unknown;
  /** The names below a path, without a look at their values. */
  keys(path: readonly string[]): readonly string[];
  /** The names that are written there in this file; one that includes another file is not opened. */
  written(path: readonly string[]): readonly string[];
  /** What could not be replaced at all, such as a file that cannot be read. */
  problems(): readonly ConfigProblem[];
  /** Of the file that says last what is at the path; else of the first. */
  folderOf(path: readonly string[]): string;
  /** Why the value at a path is missing, when a variable is the reason. */
  missing(path: string): string | undefined;
}

/** What has been found out so far. */
interface Reading extends BackstageSources {
  readonly problems: Map<string, string>;
  readonly unset: Map<string, string>;
}

/** A value, where it stands, and the folder its files are named from. */
interface Found {
  readonly value: unknown;
  readonly path: readonly string[];
  readonly folder: string;
}

const includeKeys = ["$file", "$env", "$include"];

/** Deeper than anybody writes: a file that includes itself. */
const deepest = 40;

/** Of several files each lies over those before it, as Backstage has it. */
export function openBackstageDocument(
  layers: readonly BackstageLayer[],
  sources: BackstageSources,
): BackstageDocument {
  const reading: Reading = { ...sources, problems: new Map(), unset: new Map() };
  const all = layers.map((layer) => openLayer(reading, layer));
  return {
    read: (path) => all.reduce<unknown>((below, layer) => merge(below, layer.read(path)), undefined),
    keys: (path) => unique(all.flatMap((layer) => layer.keys(path))),
    written: (path) => unique(all.flatMap((layer) => layer.written(path))),
    problems: () => [...reading.problems].map(([path, problem]) => ({ path, problem })),
    missing: (path) => reading.unset.get(path),
    folderOf: (path) =>
      (all.findLast((layer) => layer.read(path) !== undefined) ?? all[0])?.folder ?? process.cwd(),
  };
}

function openLayer(reading: Reading, { root, folder }: BackstageLayer) {
  const walk = (path: readonly string[]): Found => {
    let found: Found = { value: root, folder, path: [] };
    for (const key of path) {
      const { value, folder, path: above } = settle(reading, found);
      found = { value: property(value, key), folder, path: [...above, key] };
    }
    return found;
  };
  return {
    folder,
    read: (path: readonly string[]) => readDeep(reading, walk(path)),
    keys(path: readonly string[]) {
      const { value } = settle(reading, walk(path));
      return isObject(value) ? Object.keys(value) : [];
    },
    written(path: readonly string[]) {
      const { value } = walk(path);
      return isObject(value) ? Object.keys(value).filter((key) => !includeKeys.includes(key)) : [];
    },
  };
}

/** The value with everything in it replaced. What is undefined is dropped, as if it had not been written. */
function readDeep(reading: Reading, found: Found): unknown {
  const { value, folder, path } = settle(reading, found);
  if (typeof value !== "object" || value === null) return value;
  if (path.length > deepest) {
    reading.problems.set(path.join("."), "lies too deep: does a file include itself?");
    return undefined;
  }
  const kept = Object.entries(value)
    .map(([key, item]: [string, unknown]) => {
      return [key, readDeep(reading, { value: item, folder, path: [...path, key] })] as const;
    })
    .filter(([, item]) => item !== undefined);
  return Array.isArray(value) ? kept.map(([, item]) => item) : Object.fromEntries(kept);
}

/** Replaces the value itself, not yet what lies in it. */
function settle(reading: Reading, found: Found): Found {
  const { value, path } = found;
  if (value === null) return { ...found, value: undefined };
  if (typeof value === "string") return { ...found, value: substitute(reading, value, path) };
  const key = isObject(value) ? includeKeys.find((name) => Object.hasOwn(value, name)) : undefined;
  if (key === undefined || !isObject(value)) return found;
  if (Object.keys(value).length > 1) return fail(reading, found, `has ${key} beside other keys`);
  return include(reading, key, { ...found, value: value[key] });
}

/** `found.value` is what stands behind the key. */
function include(reading: Reading, key: string, found: Found): Found {
  const { value, path, folder } = found;
  if (typeof value !== "string") return fail(reading, found, `has ${key} with something else than text`);
  const name = substitute(reading, value, path);
  if (name === undefined) return fail(reading, found, `has ${key} with a variable that is not set`);
  if (key === "$env") return { path, folder, value: readVariable(reading, name, path) };
  const [file = "", inside = ""] = key === "$include" ? name.split(/#(.*)/s) : [name];
  const full = resolve(folder, file);
  try {
    const text = reading.readFile(full);
    if (key === "$file") return { path, folder, value: text.trimEnd() };
    if (![".yaml", ".yml", ".json"].includes(extname(full)))
      return fail(reading, found, `includes ${file}, which is neither YAML nor JSON`);
    const part = inside
      .split(".")
      .filter(Boolean)
      .reduce(property, parse(text) as unknown);
    return {
      path,
      folder: dirname(full),
      value: typeof part === "string" ? substitute(reading, part, path) : part,
    };
  } catch {
    return fail(reading, found, `names the file ${file}, which cannot be read`);
  }
}

function fail({ problems }: Reading, found: Found, problem: string): Found {
  problems.set(found.path.join("."), problem);
  return { ...found, value: undefined };
}

/** One variable that is unset makes the whole text undefined. */
function substitute(reading: Reading, text: string, path: readonly string[]): string | undefined {
  const parts = text.split(/(\$?\$\{[^{}]*\})/).map((part, index) => {
    if (index % 2 === 0) return part;
    if (part.startsWith("$$")) return part.slice(1);
    const [, name = "", fallback] = /^\$\{(.*?)(?::-(.*))?\}$/s.exec(part) ?? [];
    return readVariable(reading, name.trim(), path, fallback);
  });
  return parts.includes(undefined) ? undefined : parts.join("");
}

/** A fallback stands in for a variable that is unset or empty. White space around the value is cut. */
function readVariable(
  { environment, unset }: Reading,
  name: string,
  path: readonly string[],
  fallback?: string,
): string | undefined {
  const value = environment[name]?.trim();
  const found = fallback === undefined ? value : value || fallback || undefined;
  if (found === undefined)
    unset.set(path.join("."), `needs the environment variable ${name}, which is not set`);
  return found;
}

function property(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
