/** Owns the step from the options of `windlass emulate` to a running emulator. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { chooseRules, type Rules, readRule } from "../emulator/core/rules.ts";
import { readSeed, type Seed } from "../emulator/core/seed.ts";
import { createEmulator, type Emulator } from "../emulator/emulator.ts";
import { UsageError } from "./command.ts";
import type { EmulateValues } from "./emulate-options.ts";
import { readPort } from "./options.ts";

/** Throws `UsageError` for options that make no sense, and what `createEmulator` throws. */
export async function startEmulator(values: EmulateValues): Promise<Emulator> {
  const callbackUrl = values["callback-url"];
  if (callbackUrl !== undefined && !URL.canParse(callbackUrl))
    throw new UsageError(`--callback-url needs an absolute URL, not ${JSON.stringify(callbackUrl)}.`);
  const port = readPort(values.port) ?? 7990;
  return createEmulator({
    port,
    apiPort: readPort(values["api-port"], "--api-port") ?? (port === 0 ? 0 : port + 1),
    repositories: (values.repo ?? []).map((path) => ({ path })),
    seed: values.seed === undefined ? undefined : readSeedFile(values.seed),
    rules: readRules(values.rules ?? "today", values.rule ?? []),
    callbackUrl,
    autoApprove: values["auto-approve"],
  });
}

/** Undefined for today's rules without a change: a seed's own count then. */
function readRules(bundle: string, changes: readonly string[]): "2025" | Partial<Rules> | undefined {
  if (bundle !== "today" && bundle !== "2025")
    throw new UsageError(`--rules takes today or 2025, not ${JSON.stringify(bundle)}.`);
  const changed = changes.map((change) => {
    const [name = "", ...value] = change.split("=");
    const rule = readRule(name, value.join("="));
    if (typeof rule === "string") throw new UsageError(`${rule}.`);
    return rule;
  });
  if (changed.length === 0) return bundle === "2025" ? bundle : undefined;
  return Object.assign({}, bundle === "2025" ? chooseRules("2025") : {}, ...changed);
}

/** Paths of repositories in a seed are relative to the file. */
function readSeedFile(file: string): Seed {
  const seed = readSeed(readJson(file));
  const folder = dirname(resolve(file));
  const repositories = (seed.repositories ?? []).map((repository) => ({
    ...repository,
    path: resolve(folder, repository.path),
  }));
  return { ...seed, repositories };
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new UsageError(`The seed ${file} cannot be read.`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `The seed ${file} is not JSON: ${error instanceof Error ? error.message : "unreadable"}.`,
    );
  }
}
