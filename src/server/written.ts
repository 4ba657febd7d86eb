/** Owns where each value in force comes from: written where, put in from which variable or file, or the default. */
import { readFileSync } from "node:fs";
import { readBackstage } from "./backstage-config.ts";
import { proxyVariables } from "./proxy-variables.ts";
import { type ConfigLayer, openLayer } from "./read-config.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A configuration as it is written, before anything is put in. */
export interface Written {
  /** The file, or `the environment`. */
  readonly source: string;
  /** Where a value in force comes from: `default`, `written`, `variable NAME` or `file PATH`. */
  origin(path: readonly string[]): string;
}

/** Of files that were accepted, the last one's first; without one, of the environment. */
export function readWritten(files: readonly string[] | undefined, environment: Environment): Written {
  const proxy = proxyAsWritten(environment);
  if (files === undefined) {
    const root = { ...variablesAsWritten(environment), ...proxy };
    return { source: "the environment", origin: (path) => originOf(path, root) };
  }
  const layers = files.map(openLayer);
  const placeOf = placesInBackstage(layers, environment);
  // The server's own variables are read beside a file of Backstage's alone, and those of a proxy beside any.
  const beside = placeOf === null ? proxy : { ...ownVariablesAsWritten(environment), ...proxy };
  return {
    source: files.join(", "),
    origin(path) {
      const there = placeOf === null ? path : placeOf(path.join(".")).split(".");
      const told = layers.map(({ root }) => originOf(there, root)).findLast(isTold);
      return told ?? originOf(path, beside);
    },
  };
}

const isTold = (origin: string) => origin !== "default";

function placesInBackstage(layers: readonly ConfigLayer[], environment: Environment) {
  const readFile = (path: string) => readFileSync(path, "utf8");
  return readBackstage(layers, { environment, readFile, listen: {}, given: new Map() })?.placeOf ?? null;
}

function proxyAsWritten(environment: Environment) {
  const names = proxyVariables(environment);
  if (names === null) return {};
  return { network: { proxy: `\${${names.proxy}}`, noProxy: names.noProxy && `\${${names.noProxy}}` } };
}

function ownVariablesAsWritten(environment: Environment) {
  const given = (name: string) => (environment[name] ? `\${${name}}` : undefined);
  return { database: given("WINDLASS_DATABASE"), key: given("WINDLASS_KEY") };
}

function variablesAsWritten(environment: Environment) {
  const given = (name: string) => (environment[name] ? `\${${name}}` : undefined);
  return {
    ...ownVariablesAsWritten(environment),
    baseUrl: given("WINDLASS_BASE_URL"),
    instances: {
      bitbucket: {
        clientId: given("AUTH_BITBUCKET_CLIENT_ID"),
        clientSecret: given("AUTH_BITBUCKET_CLIENT_SECRET"),
        scopes: given("AUTH_BITBUCKET_SCOPE"),
      },
    },
  };
}

/** A part of a value has the origin of the whole. */
function originOf(path: readonly string[], root: unknown): string {
  let value = root;
  for (const key of path) {
    const found = placeholderOf(value);
    if (found !== null) return found;
    if (typeof value !== "object" || value === null) break;
    value = (value as Readonly<Record<string, unknown>>)[key]; // any object can be read by name
  }
  if (value === undefined || value === null) return "default";
  return placeholderOf(value) ?? "written";
}

function placeholderOf(value: unknown): string | null {
  if (typeof value === "string") {
    const [, file] = /^\$file:\s*(.+)$/.exec(value) ?? [];
    if (file !== undefined) return `file ${file}`;
    const names = [...value.matchAll(/(?<!\$)\$\{([^{}:]+)[^{}]*\}/g)].map(([, name = ""]) => name.trim());
    return names.length === 0 ? null : `variable ${names.join(", ")}`;
  }
  if (typeof value !== "object" || value === null) return null;
  if ("$file" in value) return `file ${String(value.$file)}`;
  if ("$include" in value) return `file ${String(value.$include)}`;
  return "$env" in value ? `variable ${String(value.$env)}` : null;
}
