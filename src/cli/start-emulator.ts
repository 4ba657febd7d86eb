/** Owns the step from the options of `windlass emulate` to a running emulator. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { chooseRules, type Rules, readRule } from "../emulator/core/rules.ts";
import { readSeed, type Seed } from "../emulator/core/seed.ts";
import { type DcRules, isDcRule, readDcRule } from "../emulator/data-center/rules.ts";
import type { DataCentersOptions } from "../emulator/data-centers.ts";
import { createEmulator, type Emulator } from "../emulator/emulator.ts";
import { UsageError } from "./command.ts";
import type { EmulateValues } from "./emulate-options.ts";
import { logRequest } from "./emulator-log.ts";
import { readPort } from "./options.ts";

/** `told` hears of every request. Throws `UsageError` for options that make no sense, and what `createEmulator` throws. */
export async function startEmulator(values: EmulateValues, told: () => void): Promise<Emulator> {
  refuseContradictions(values);
  const callbackUrl = values["callback-url"];
  if (callbackUrl !== undefined && !URL.canParse(callbackUrl))
    throw new UsageError(`--callback-url needs an absolute URL, not ${JSON.stringify(callbackUrl)}.`);
  const port = readPort(values.port) ?? 7990;
  const isLogged = logs(values);
  return createEmulator({
    port,
    apiPort: readPort(values["api-port"], "--api-port") ?? portAfter(port, 1, "--api-port"),
    repositories: (values.repo ?? []).map((path) => ({ path })),
    seed: values.seed === undefined ? undefined : readSeedFile(values.seed),
    ...readRules(values.rules ?? "today", values.rule ?? []),
    ...readDataCenters(values, port),
    callbackUrl,
    autoApprove: values["auto-approve"],
    record: values.record,
    onRequest(entry) {
      told();
      if (isLogged) logRequest(entry);
    },
  });
}

function refuseContradictions({ quiet, log, ...values }: EmulateValues): void {
  if (quiet === true && log === true) throw new UsageError("--quiet and --log say the opposite.");
  const ofOthers = Object.keys(values).find((name) => /^(data-center|server)-/.test(name));
  if (values["cloud-only"] === true && ofOthers !== undefined)
    throw new UsageError(`--${ofOthers} means nothing with --cloud-only.`);
}

/** A port of its own for each of those that were not told. */
function portAfter(first: number, places: number, option: string): number {
  if (first === 0) return 0;
  if (first + places <= 65_535) return first + places;
  throw new UsageError(`There is no port ${places} after ${first}: choose one with ${option}, or 0 for any.`);
}

/** `--json` is for programs, whose own output the lines would fill. */
function logs({ quiet, log, json }: EmulateValues): boolean {
  return quiet !== true && (log === true || json !== true);
}

function readDataCenters(values: EmulateValues, port: number): DataCentersOptions {
  if (values["cloud-only"] === true) return { dataCenter: false, server: false };
  return {
    dataCenter: {
      port:
        readPort(values["data-center-port"], "--data-center-port") ??
        portAfter(port, 2, "--data-center-port"),
      version: values["data-center-version"],
      contextPath: values["data-center-path"],
    },
    server: {
      port: readPort(values["server-port"], "--server-port") ?? portAfter(port, 3, "--server-port"),
      version: values["server-version"],
    },
  };
}

interface ReadRules {
  /** Undefined for today's without a change: a seed's own count then. */
  readonly rules: "2025" | Partial<Rules> | undefined;
  readonly dataCenterRules: Partial<DcRules>;
}

function readRules(bundle: string, changes: readonly string[]): ReadRules {
  if (bundle !== "today" && bundle !== "2025")
    throw new UsageError(`--rules takes today or 2025, not ${JSON.stringify(bundle)}.`);
  const cloud: Partial<Rules>[] = [];
  const dataCenter: Partial<DcRules>[] = [];
  for (const change of changes) {
    if (!change.includes("="))
      throw new UsageError(`--rule takes NAME=VALUE, not ${JSON.stringify(change)}.`);
    const [name = "", ...parts] = change.split("=");
    const value = parts.join("=");
    if (isDcRule(name)) dataCenter.push(accepted(readDcRule(name, value)));
    else cloud.push(accepted(readRule(name, value)));
  }
  const dataCenterRules: Partial<DcRules> = Object.assign({}, ...dataCenter);
  if (cloud.length === 0) return { rules: bundle === "2025" ? bundle : undefined, dataCenterRules };
  return {
    rules: Object.assign({}, bundle === "2025" ? chooseRules("2025") : {}, ...cloud),
    dataCenterRules,
  };
}

function accepted<Rule>(rule: Rule | string): Rule {
  if (typeof rule === "string") throw new UsageError(`${rule}.`);
  return rule;
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
