/** Owns where a server's configuration comes from: `windlass.yaml`, Backstage's file, or the environment alone. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseDocument } from "yaml";
import { type Config, type ConfigProblem, configInvalid, parseConfig } from "../app/config.ts";
import { isWindlassError } from "../base/errors.ts";
import { merge } from "../base/merge.ts";
import { isObject } from "../base/objects.ts";
import { readBackstageConfig } from "./backstage-config.ts";
import type { BackstageLayer } from "./backstage-document.ts";
import { readKeyVariable } from "./key-variable.ts";
import { type ListenOverride, withListen } from "./listen.ts";
import { withProxyVariables } from "./proxy-variables.ts";
import { substitute } from "./substitute.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export type { ListenOverride } from "./listen.ts";

/**
 * Reads and checks `windlass.yaml`, or a Backstage `app-config.yaml`: any file that has `auth.providers`. Of several files each
 * lies over those before it, object by object.
 * @throws `app.config_invalid` with every mistake at once: the files, their YAML, unset variables and the schema's.
 */
export function readConfigFiles(
  paths: readonly string[],
  environment: Environment,
  listen: ListenOverride = {},
): Config {
  const layers = paths.map(openLayer);
  const readFile = (file: string) => readFileSync(file, "utf8");
  const backstage = readBackstageConfig(layers, { environment, readFile }, listen);
  if (backstage !== null) {
    refuseMixed(layers);
    return withProxyVariables(backstage, environment);
  }
  const read = layers.map(({ root, folder }) => {
    const { value, problems } = substitute(root, {
      environment,
      readFile: (file) => readFile(resolve(folder, file)),
    });
    return { value: withCatalogPlaces(value, folder), problems };
  });
  const problems = read.flatMap((each) => each.problems);
  const value = read.map((each) => each.value).reduce(merge);
  try {
    const config = parseConfig(withListen(value, listen));
    if (problems.length === 0) return withProxyVariables(withCatalogFiles(config), environment);
  } catch (error) {
    if (!isWindlassError(error, "app.config_invalid")) throw error;
    const found = error.data.problems as typeof problems; // as `configInvalid` wrote them
    throw configInvalid([...problems, ...found.filter((each) => !follows(each, problems))]);
  }
  throw configInvalid(problems);
}

/** A file as it is written. */
export interface ConfigLayer extends BackstageLayer {
  readonly path: string;
}

/** Throws `app.config_invalid` for what cannot be read or is no YAML. */
export function openLayer(path: string): ConfigLayer {
  const document = parseDocument(readText(path), { prettyErrors: true });
  // Those after the first follow from it.
  const [error] = document.errors;
  if (error !== undefined)
    throw configInvalid([{ path, problem: error.message.split("\n")[0] ?? "is not YAML" }]);
  return { path, folder: dirname(resolve(path)), root: document.toJS() ?? {} };
}

/** Of a file of our own beside one of Backstage's nothing would be read. */
function refuseMixed(layers: readonly ConfigLayer[]): void {
  const ours = layers.filter(({ root }) => isObject(root) && "instances" in root && !("auth" in root));
  if (ours.length === 0) return;
  throw configInvalid(
    ours.map(({ path }) => ({
      path,
      problem: "has keys of windlass.yaml, beside a file of Backstage's: there they stand below `windlass`",
    })),
  );
}

/** Whether it only says that what could not be had is not there. */
function follows({ path }: ConfigProblem, problems: readonly ConfigProblem[]): boolean {
  return problems.some((each) => path === each.path || path.startsWith(`${each.path}.`));
}

/**
 * The configuration of a server that has no file: `AUTH_BITBUCKET_CLIENT_ID`, `AUTH_BITBUCKET_CLIENT_SECRET`,
 * `AUTH_BITBUCKET_SCOPE`, `WINDLASS_BASE_URL`, `WINDLASS_DATABASE`, `WINDLASS_KEY`.
 * @throws `app.config_invalid`, naming each variable that is missing.
 */
export function readEnvironment(environment: Environment, listen: ListenOverride = {}): Config {
  const missing = ["AUTH_BITBUCKET_CLIENT_ID", "AUTH_BITBUCKET_CLIENT_SECRET"].filter(
    (name) => !environment[name],
  );
  if (missing.length > 0) {
    const unset = missing.map((path) => ({ path, problem: "is not set in the environment" }));
    throw configInvalid([...unset, ...removedVariables(environment)]);
  }
  const baseUrl = environment.WINDLASS_BASE_URL || undefined;
  const input = {
    ...(baseUrl && { baseUrl }),
    ...(environment.WINDLASS_DATABASE && { database: environment.WINDLASS_DATABASE }),
    ...(environment.WINDLASS_KEY && { key: readKeyVariable(environment.WINDLASS_KEY) }),
    instances: {
      bitbucket: {
        clientId: environment.AUTH_BITBUCKET_CLIENT_ID,
        clientSecret: environment.AUTH_BITBUCKET_CLIENT_SECRET,
        ...(environment.AUTH_BITBUCKET_SCOPE && { scopes: environment.AUTH_BITBUCKET_SCOPE }),
      },
    },
  };
  return withProxyVariables(parseConfig(withListen(input, listen)), environment);
}

/** Variables of OAuth 1 on Cloud that are still set, as older guides have it, with what to do instead. */
export function removedVariables(environment: Environment): readonly ConfigProblem[] {
  const set = ["BITBUCKET_CONSUMER_KEY", "BITBUCKET_CONSUMER_SECRET"].filter((name) => environment[name]);
  if (set.length === 0) return [];
  return [
    {
      path: set.join(" and "),
      problem: `${set.length === 1 ? "belongs" : "belong"} to OAuth 1, which Bitbucket Cloud no longer has: make an OAuth 2 consumer for AUTH_BITBUCKET_CLIENT_ID and AUTH_BITBUCKET_CLIENT_SECRET, or an application link for a Bitbucket Server`,
    },
  ];
}

/** Files and folders of the catalog are named relative to the configuration file. */
function withCatalogPlaces(value: unknown, folder: string): unknown {
  if (!isObject(value) || !isObject(value.catalog) || !Array.isArray(value.catalog.locations)) return value;
  const locations = value.catalog.locations.map((location: unknown) => {
    const isPlace = isObject(location) && ["file", "folder"].includes(String(location.type));
    return isPlace && typeof location.target === "string"
      ? { ...location, target: resolve(folder, location.target) }
      : location;
  });
  return { ...value, catalog: { ...value.catalog, locations } };
}

function withCatalogFiles(config: Config): Config {
  const missing = config.catalog.locations.flatMap((location, index) =>
    "target" in location && !isThere(location) ? [{ ...location, index }] : [],
  );
  if (missing.length === 0) return config;
  throw configInvalid(
    missing.map(({ type, target, index }) => ({
      path: `catalog.locations.${index}.target`,
      problem: `names the ${type} ${target}, which is not there`,
    })),
  );
}

function isThere({ type, target }: { readonly type: "file" | "folder"; readonly target: string }): boolean {
  if (type === "file") return existsSync(target) || /[*?[{]/.test(target);
  return statSync(target, { throwIfNoEntry: false })?.isDirectory() === true;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw configInvalid([
      { path, problem: `cannot be read (${error instanceof Error ? error.message : String(error)})` },
    ]);
  }
}
