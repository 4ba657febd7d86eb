/** Owns where a server's configuration comes from: `windlass.yaml`, or the environment alone. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseDocument } from "yaml";
import { type Config, configInvalid, parseConfig } from "../app/config.ts";
import { isWindlassError } from "../base/errors.ts";
import { substitute } from "./substitute.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What the command line says; it goes before file and environment. */
export interface ListenOverride {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
}

/**
 * Reads and checks `windlass.yaml`.
 * @throws `app.config_invalid` with every mistake at once: the file, its YAML, unset variables and the schema's.
 */
export function readConfigFile(path: string, environment: Environment, listen: ListenOverride = {}): Config {
  const text = readText(path);
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    throw configInvalid(
      document.errors.map((error) => ({ path, problem: error.message.split("\n")[0] ?? "is not YAML" })),
    );
  }
  const folder = dirname(resolve(path));
  const readFile = (file: string) => readFileSync(resolve(folder, file), "utf8");
  const { value, problems } = substitute(document.toJS() ?? {}, { environment, readFile });
  try {
    const config = parseConfig(withListen(value, listen));
    if (problems.length === 0) return config;
  } catch (error) {
    if (!isWindlassError(error, "app.config_invalid")) throw error;
    throw configInvalid([...problems, ...(error.data.problems as typeof problems)]);
  }
  throw configInvalid(problems);
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
  if (missing.length > 0)
    throw configInvalid(missing.map((path) => ({ path, problem: "is not set in the environment" })));
  const baseUrl = environment.WINDLASS_BASE_URL || undefined;
  const input = {
    ...(baseUrl && { baseUrl }),
    ...(environment.WINDLASS_DATABASE && { database: environment.WINDLASS_DATABASE }),
    ...(environment.WINDLASS_KEY && { key: environment.WINDLASS_KEY }),
    instances: {
      bitbucket: {
        clientId: environment.AUTH_BITBUCKET_CLIENT_ID,
        clientSecret: environment.AUTH_BITBUCKET_CLIENT_SECRET,
        ...(environment.AUTH_BITBUCKET_SCOPE && { scopes: environment.AUTH_BITBUCKET_SCOPE }),
      },
    },
  };
  return parseConfig(withListen(input, listen));
}

/** A value that is no object is left for the schema to complain of. */
function withListen(value: unknown, { host, port }: ListenOverride): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { listen } = value as { listen?: unknown }; // checked by the schema
  const override = { ...(host !== undefined && { host }), ...(port !== undefined && { port }) };
  return Object.keys(override).length === 0
    ? value
    : { ...value, listen: { ...Object(listen), ...override } };
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
