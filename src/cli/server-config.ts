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

function readConfig(file: string | undefined, listen: ListenOverride): Config {
  if (file !== undefined) return readConfigFile(file, process.env, listen);
  return existsSync("windlass.yaml")
    ? readConfigFile("windlass.yaml", process.env, listen)
    : readEnvironment(process.env, listen);
}
