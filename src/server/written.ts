/** Owns where each value in force comes from: written where, put in from which variable or file, or the default. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { readBackstage } from "./backstage-config.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A configuration as it is written, before anything is put in. */
export interface Written {
  /** The file, or `the environment`. */
  readonly source: string;
  /** By our own keys, whatever the file's are. */
  readonly root: unknown;
}

/** Of a file that was accepted; without one, of the environment. */
export function readWritten(file: string | undefined, environment: Environment): Written {
  if (file === undefined) return { source: "the environment", root: variablesAsWritten(environment) };
  const root: unknown = parse(readFileSync(file, "utf8")) ?? {};
  const folder = dirname(resolve(file));
  const readFile = (path: string) => readFileSync(resolve(folder, path), "utf8");
  const surroundings = { environment, folder, readFile, listen: {}, given: new Map() };
  const backstage = readBackstage(root, surroundings);
  return { source: file, root: backstage === null ? root : backstage.input };
}

function variablesAsWritten(environment: Environment): unknown {
  const given = (name: string) => (environment[name] ? `\${${name}}` : undefined);
  return {
    baseUrl: given("WINDLASS_BASE_URL"),
    database: given("WINDLASS_DATABASE"),
    key: given("WINDLASS_KEY"),
    instances: {
      bitbucket: {
        clientId: given("AUTH_BITBUCKET_CLIENT_ID"),
        clientSecret: given("AUTH_BITBUCKET_CLIENT_SECRET"),
        scopes: given("AUTH_BITBUCKET_SCOPE"),
      },
    },
  };
}

/** `default`, `written`, `variable NAME` or `file PATH`. A part of a value has the origin of the whole. */
export function originOf(path: readonly string[], root: unknown): string {
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
    const names = [...value.matchAll(/(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_]*)/g)].map(([, name]) => name);
    return names.length === 0 ? null : `variable ${names.join(", ")}`;
  }
  if (typeof value !== "object" || value === null) return null;
  if ("$file" in value) return `file ${String(value.$file)}`;
  return "$env" in value ? `variable ${String(value.$env)}` : null;
}
