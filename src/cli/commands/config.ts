/** Owns `windlass config`: whether a configuration is in order, and what is in force. */
import { parseArgs } from "node:util";
import type { Config, ConfigProblem } from "../../app/config.ts";
import { isWindlassError } from "../../base/errors.ts";
import { Secret } from "../../base/secret.ts";
import { readWritten } from "../../server/written.ts";
import { type Command, UsageError } from "../command.ts";
import { configOption } from "../options.ts";
import { configFilesOf, readServerConfig } from "../server-config.ts";
import { printWidth, table } from "../table.ts";

const help = `windlass config: whether a configuration is in order, and what is in force

Usage: windlass config check [--config FILE] [--json]
       windlass config show [--config FILE] [--json]

  check          says every mistake at once, or what is worth knowing of one without. It reads the catalog, and
                 opens neither a port nor the database. Ends with 1 where there is a mistake
  show           every value in force, defaults too, and where it comes from. Secrets are masked. Of a
                 configuration with a mistake nothing is in force: it says the mistakes and ends with 2

  --config FILE  configuration: windlass.yaml, or Backstage's app-config.yaml; of several, later ones win
                 (default: windlass.yaml where it exists, else the environment)
  --json         one JSON object: check {"source","ok","problems":[{"path","problem"}],"notices"},
                 show {"source","values":[{"path","value","origin"}]}

docs/configuration.md lists the keys there are.

Example: windlass config show --config windlass.yaml
`;

export const command: Command = {
  name: "config",
  summary: "check: every mistake of the configuration; show: what is in force, secrets masked",
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { config: configOption, json: { type: "boolean" } },
      allowPositionals: true,
    });
    const [task = "", ...more] = positionals;
    if (task !== "check" && task !== "show") throw new UsageError("config needs check or show.");
    if (more.length > 0) throw new UsageError(`config ${task} takes no ${JSON.stringify(more[0])}.`);
    const files = configFilesOf(values.config);
    const json = values.json ?? false;
    return task === "check" ? check(files, json) : show(files, json);
  },
};

async function check(files: readonly string[] | undefined, json: boolean): Promise<number> {
  const { config, problems } = tryConfig(files);
  const notices = config === null ? [] : await (await import("../../app/notices.ts")).noticesOf(config);
  const source = files?.join(", ") ?? "the environment";
  if (json) process.stdout.write(`${JSON.stringify({ source, ok: config !== null, problems, notices })}\n`);
  else process.stdout.write(verdict(source, problems, notices));
  return config === null ? 1 : 0;
}

function tryConfig(files: readonly string[] | undefined): {
  readonly config: Config | null;
  readonly problems: readonly ConfigProblem[];
} {
  try {
    return { config: readServerConfig(files), problems: [] };
  } catch (error) {
    if (!isWindlassError(error, "app.config_invalid")) throw error;
    return { config: null, problems: error.data.problems as readonly ConfigProblem[] }; // as `configInvalid` wrote them
  }
}

function verdict(source: string, problems: readonly ConfigProblem[], notices: readonly string[]): string {
  const told = notices.map((notice) => `  ${notice}\n`).join("");
  if (problems.length === 0) return `${capital(source)} is in order.\n${told}`;
  const count = problems.length === 1 ? "one mistake" : `${problems.length} mistakes`;
  const rows = problems.map(({ path, problem }) => [path, problem]);
  return `${capital(source)} has ${count}:\n${table(rows, printWidth(process.stdout.columns))}`;
}

/** A file's name is left as it is. */
function capital(source: string): string {
  return source.startsWith("the ") ? `T${source.slice(1)}` : source;
}

function show(files: readonly string[] | undefined, json: boolean): number {
  const { notices: _, ...config } = readServerConfig(files);
  const { source, origin } = readWritten(files, process.env);
  const values = leavesOf(config, []).map(({ path, value }) => ({
    path: path.join("."),
    value,
    // An administrator is written under other keys than are shown.
    origin: origin(path[0] === "admins" ? path.slice(0, 2) : path),
  }));
  if (json) {
    process.stdout.write(`${JSON.stringify({ source, values })}\n`);
    return 0;
  }
  const rows = values.map(({ path, value, origin }) => [path, asText(value), origin]);
  process.stdout.write(`In force, from ${source}:\n\n${table(rows, printWidth(process.stdout.columns))}`);
  return 0;
}

/** Nobody writes them. */
const derivedKeys: readonly string[] = ["about"];

interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** A list of plain values is one; what is empty is shown as such. */
function leavesOf(value: unknown, path: readonly string[]): readonly Leaf[] {
  if (value === undefined) return [];
  const isPlain = typeof value !== "object" || value === null || value instanceof Secret;
  if (isPlain) return [{ path, value: value instanceof Secret ? String(value) : value }];
  const entries = Object.entries(value).filter(([key]) => !derivedKeys.includes(key));
  const isPlainList = Array.isArray(value) && value.every((each) => typeof each !== "object");
  if (isPlainList || entries.length === 0) return [{ path, value }];
  return entries.flatMap(([key, below]) => leavesOf(below, [...path, key]));
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(", ");
  return typeof value === "object" && value !== null ? "none" : String(value);
}
