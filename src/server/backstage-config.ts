/** Owns reading Backstage's `app-config.yaml` as it stands: its keys become ours, and mistakes are told by its own paths. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import {
  type Config,
  type ConfigInput,
  type ConfigProblem,
  configInvalid,
  parseConfig,
} from "../app/config.ts";
import { isWindlassError } from "../base/errors.ts";
import { merge } from "../base/merge.ts";
import { isObject } from "../base/objects.ts";
import { type BackstageLayer, type BackstageSources, openBackstageDocument } from "./backstage-document.ts";
import { type GivenSignIns, withoutProvider } from "./backstage-given.ts";
import { backstageProviders, type Reading, readProvider, unknownProviders } from "./backstage-provider.ts";
import { readKeyVariable } from "./key-variable.ts";
import { type ListenOverride, readBackstageListen, withListen } from "./listen.ts";

/** What was read: the configuration as it may be written, and as it is in force. */
export interface BackstageConfig {
  readonly input: ConfigInput;
  readonly config: Config;
  /** What is in the file and not read, or is missing in it; `config` has them beside its own. */
  readonly notices: readonly string[];
  /** Where one of our keys stands in the file, by the file's own path. */
  placeOf(path: string): string;
}

/**
 * The file's configuration, or null when it is no file of Backstage's: one without `auth.providers`.
 * @throws `app.config_invalid` with every mistake at once
 */
export function readBackstageConfig(
  layers: readonly BackstageLayer[],
  sources: BackstageSources,
  listen: ListenOverride,
): Config | null {
  return readBackstage(layers, { ...sources, listen, given: new Map() })?.config ?? null;
}

/** What stands beside the file. */
export interface BackstageSurroundings extends BackstageSources {
  readonly listen: ListenOverride;
  readonly given: GivenSignIns;
}

/** The same, where code says who signs in with a provider. */
export function readBackstage(
  layers: readonly BackstageLayer[],
  surroundings: BackstageSurroundings,
): BackstageConfig | null {
  const { given, listen, ...sources } = surroundings;
  const document = openBackstageDocument(layers, sources);
  if (document.keys(["auth", "providers"]).length === 0 && document.problems().length === 0) return null;
  const reading: Reading = { document, problems: [], notices: [], places: new Map(), given };
  const own = document.read(["windlass"]);
  const derived = { ...ownVariables(sources.environment), ...derive(reading) };
  const input = withListen(merge(derived, own), listen);
  const told = () => [...document.problems(), ...reading.problems];
  try {
    const config = parseConfig(input);
    if (told().length === 0) {
      const { notices } = reading;
      const all = [...(config.notices ?? []), ...notices];
      const placeOf = (path: string) => placeIn(reading, own, path);
      return { input: input as ConfigInput, config: { ...config, notices: all }, notices, placeOf }; // it has just been accepted as one
    }
  } catch (error) {
    if (!isWindlassError(error, "app.config_invalid")) throw error;
    const problems = error.data.problems as readonly ConfigProblem[]; // as `configInvalid` wrote them
    throw configInvalid(
      withoutDoubles([
        ...told(),
        ...problems.filter(isNews(told())).map((each) => translate(reading, own, each)),
      ]),
    );
  }
  throw configInvalid(told());
}

/** That no instance is left says nothing more, where it has been told why a provider was not read. */
function isNews(told: readonly ConfigProblem[]): (problem: ConfigProblem) => boolean {
  const isTold = told.some(({ path }) => path.startsWith("auth.providers."));
  return ({ path }) => path !== "instances" || !isTold;
}

/** What Backstage has no key for, and its variables, as without a file. `windlass:` in the file goes before them. */
function ownVariables({ WINDLASS_DATABASE, WINDLASS_KEY }: BackstageSources["environment"]) {
  return {
    ...(WINDLASS_DATABASE && { database: WINDLASS_DATABASE }),
    ...(WINDLASS_KEY && { key: readKeyVariable(WINDLASS_KEY) }),
  };
}

function derive(reading: Reading): Record<string, unknown> {
  const { document, problems, places } = reading;
  const environment = document.read(["auth", "environment"]) ?? "development";
  if (typeof environment !== "string") problems.push({ path: "auth.environment", problem: "is not text" });
  const baseUrl = document.read(["backend", "baseUrl"]);
  const listen = readBackstageListen(document.read(["backend", "listen"]));
  if (listen === null)
    problems.push({ path: "backend.listen", problem: "must be a port, host:port, or host and port" });
  places.set("baseUrl", "backend.baseUrl").set("listen", "backend.listen").set("instances", "auth.providers");
  problems.push(...unknownProviders(document));
  const site = typeof baseUrl === "string" ? baseUrl : `http://localhost:${listen?.port ?? 0}`;
  const provided = backstageProviders.flatMap((provider) => {
    return readProvider(reading, { provider, environment: String(environment), site }) ?? [];
  });
  const names = provided.map(({ provider }) => provider);
  if (problems.length === 0) problems.push(...withoutProvider(reading.given, names, environment));
  if (provided.length === 0 && problems.length === 0)
    problems.push({ path: `auth.providers.bitbucket.${environment}`, problem: "is missing" });
  const durations = provided.flatMap(({ sessionSeconds }) => sessionSeconds ?? []);
  const seconds = Math.min(...durations);
  return {
    ...(baseUrl !== undefined && { baseUrl }),
    ...(listen !== null && { listen }),
    ...(durations.length > 0 && { sessions: { idleSeconds: seconds, absoluteSeconds: seconds } }),
    instances: Object.fromEntries(provided.map(({ id, instance }) => [id, instance])),
    catalog: { locations: readLocations(reading) },
  };
}

/** Locations of files. Others are named to the operator, and not read. */
function readLocations({ document, problems, notices }: Reading): readonly unknown[] {
  const folder = document.folderOf(["catalog", "locations"]);
  const locations = document.read(["catalog", "locations"]) ?? [];
  if (!Array.isArray(locations)) {
    problems.push({ path: "catalog.locations", problem: "is no list" });
    return [];
  }
  return locations.flatMap((location: unknown, index) => {
    const { type, target } = Object(location) as { type?: unknown; target?: unknown }; // any value has properties; both are looked at
    if (type !== "file") {
      notices.push(`catalog.locations.${index} of type ${String(type)} is not read: only files are.`);
      return [];
    }
    if (typeof target === "string") return [{ type, target: fileOf(folder, target) }];
    problems.push({ path: `catalog.locations.${index}.target`, problem: "is missing" });
    return [];
  });
}

/** Relative to the configuration file; else to where a backend is started in Backstage's own layout. */
function fileOf(folder: string, target: string): string {
  const [beside, backend] = [resolve(folder, target), resolve(folder, "packages/backend", target)];
  return !existsSync(beside) && existsSync(backend) ? backend : beside;
}

/** The same mistake, where it stands in the file. */
function translate(reading: Reading, own: unknown, { path, problem }: ConfigProblem): ConfigProblem {
  const there = placeIn(reading, own, path);
  return {
    path: there,
    problem: problem === "is missing" ? (reading.document.missing(there) ?? problem) : problem,
  };
}

/** By the longest of the places that are known; ours where none is. */
function placeIn({ places }: Reading, own: unknown, path: string): string {
  if (stands(own, path.split("."))) return `windlass.${path}`;
  const ours = [...places.keys()]
    .filter((place) => path === place || path.startsWith(`${place}.`))
    .reduce((longest, place) => (place.length > longest.length ? place : longest), "");
  return ours === "" ? path : `${places.get(ours)}${path.slice(ours.length)}`;
}

function stands(value: unknown, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return true;
  return isObject(value) && Object.hasOwn(value, key) && stands(value[key], rest);
}

function withoutDoubles(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return problems.filter(({ path }, index) => problems.findIndex((each) => each.path === path) === index);
}
