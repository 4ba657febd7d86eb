/** Owns which configuration a server's command takes: the file that was named, the usual one, or the environment. */
import { existsSync } from "node:fs";
import type { Config } from "../app/config.ts";
import {
  type ListenOverride,
  readConfigFile,
  readEnvironment,
  removedVariables,
} from "../server/read-config.ts";

/** The file that was named, or the usual one where it exists, else the environment. What is set to no effect gets a sentence. */
export function readServerConfig(file: string | undefined, listen: ListenOverride = {}): Config {
  const config = readConfig(file, listen);
  for (const { path, problem } of removedVariables(process.env))
    process.stderr.write(`windlass: ${path} ${problem}.\n`);
  return config;
}

function readConfig(given: string | undefined, listen: ListenOverride): Config {
  const file = configFileOf(given);
  return file === undefined
    ? readEnvironment(process.env, listen)
    : readConfigFile(file, process.env, listen);
}

/** The file that is read; undefined for the environment alone. */
export function configFileOf(given: string | undefined): string | undefined {
  return given ?? (existsSync("windlass.yaml") ? "windlass.yaml" : undefined);
}
