/** Owns which configuration a server's command takes: the files that were named, the usual one, or the environment. */
import { existsSync } from "node:fs";
import type { Config } from "../app/config.ts";
import {
  type ListenOverride,
  readConfigFiles,
  readEnvironment,
  removedVariables,
} from "../server/read-config.ts";

/** The files that were named, or the usual one where it exists, else the environment. What is set to no effect gets a sentence. */
export function readServerConfig(given: readonly string[] | undefined, listen: ListenOverride = {}): Config {
  const config = readConfig(given, listen);
  for (const { path, problem } of removedVariables(process.env))
    process.stderr.write(`windlass: ${path} ${problem}.\n`);
  return config;
}

function readConfig(given: readonly string[] | undefined, listen: ListenOverride): Config {
  const files = configFilesOf(given);
  return files === undefined
    ? readEnvironment(process.env, listen)
    : readConfigFiles(files, process.env, listen);
}

/** The files that are read; undefined for the environment alone. */
export function configFilesOf(given: readonly string[] | undefined): readonly string[] | undefined {
  return given ?? (existsSync("windlass.yaml") ? ["windlass.yaml"] : undefined);
}
