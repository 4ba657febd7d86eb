/** Owns `windlass api-keys`: keys for programs that ask for tokens: made, listed, revoked. */
import { parseArgs } from "node:util";
import type { App } from "../../app/app.ts";
import { type Command, UsageError } from "../command.ts";
import { withApp } from "../open-app.ts";
import { configOption } from "../options.ts";
import { printWidth, table } from "../table.ts";

const help = `windlass api-keys: keys for programs that ask for a project's tokens

Usage: windlass api-keys make --project ID --name NAME --right token [--config FILE] [--json]
       windlass api-keys list [--project ID] [--config FILE] [--json]
       windlass api-keys revoke KEYID [--config FILE] [--json]

  --project ID   the project whose connections the key is for
  --name NAME    what the key is for, as you will know it by
  --right RIGHT  what it may do: token (be given the tokens of the project's connections)
  --config FILE  configuration: windlass.yaml, or Backstage's app-config.yaml; of several, later ones win
                 (default: windlass.yaml where it exists, else the environment)
  --json         one JSON object: make {"key","secret"}, list {"keys"}, revoke {"key"}; each key
                 {"id","projectId","name","rights","madeBy","createdAt","lastUsedAt","revokedAt"}

make prints the secret on standard output, once: it is stored as a hash and cannot be shown again. A revoked key is
refused by every server within a second.

Example: windlass api-keys make --project prj_2yY0cVtTXaYeSbqs --name "nightly build" --right token
`;

const actor = "command line";

type ApiKey = Awaited<ReturnType<App["apiKeys"]["list"]>>[number];

export const command: Command = {
  name: "api-keys",
  summary: "keys for programs that ask for tokens: make, list, revoke",
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        config: configOption,
        project: { type: "string" },
        name: { type: "string" },
        right: { type: "string", multiple: true },
        json: { type: "boolean" },
      },
      allowPositionals: true,
    });
    const work = readTask(positionals, values);
    return withApp(values.config, (app) => work(app));
  },
};

interface Given {
  readonly project?: string | undefined;
  readonly name?: string | undefined;
  readonly right?: readonly string[] | undefined;
  readonly json?: boolean | undefined;
}

function readTask([task = "", ...rest]: readonly string[], given: Given): (app: App) => Promise<number> {
  const [id, ...more] = rest;
  if (task === "revoke") {
    if (id === undefined || more.length > 0)
      throw new UsageError("api-keys revoke needs one KEYID, as windlass api-keys list shows it.");
    return ({ apiKeys }) => revoke(apiKeys, id, given);
  }
  if (task !== "make" && task !== "list") throw new UsageError("api-keys needs make, list or revoke.");
  if (id !== undefined) throw new UsageError(`api-keys ${task} takes no ${JSON.stringify(id)}.`);
  if (task === "list") return ({ apiKeys }) => list(apiKeys, given);
  const { project: projectId, name, right: rights } = given;
  if (projectId === undefined || name === undefined || rights === undefined)
    throw new UsageError("api-keys make needs --project, --name and --right.");
  return ({ apiKeys }) => make(apiKeys, { projectId, name, rights, actor }, given);
}

async function make(
  apiKeys: App["apiKeys"],
  wanted: Parameters<App["apiKeys"]["make"]>[0],
  { json = false }: Given,
): Promise<number> {
  const { key, secret } = await apiKeys.make(wanted);
  if (json) {
    process.stdout.write(`${JSON.stringify({ key, secret: secret.reveal() })}\n`);
    return 0;
  }
  process.stderr.write(`Made ${key.id} for ${key.projectId}. Its secret is shown this once: keep it now.\n`);
  process.stdout.write(`${secret.reveal()}\n`);
  return 0;
}

async function list(apiKeys: App["apiKeys"], { project, json = false }: Given): Promise<number> {
  const keys = await apiKeys.list(project);
  process.stdout.write(json ? `${JSON.stringify({ keys })}\n` : readable(keys));
  return 0;
}

async function revoke(apiKeys: App["apiKeys"], id: string, { json = false }: Given): Promise<number> {
  const key = await apiKeys.revoke(id, actor);
  process.stdout.write(
    json
      ? `${JSON.stringify({ key })}\n`
      : `${key.id} (${key.name}) is revoked since ${key.revokedAt?.toISOString()}.\n`,
  );
  return 0;
}

function readable(keys: readonly ApiKey[]): string {
  if (keys.length === 0) return "There is no API key.\n";
  const rows = keys.map(({ id, projectId, rights, name, ...times }) => [
    id,
    projectId,
    rights.join(" "),
    times.lastUsedAt === null ? "never used" : `used ${times.lastUsedAt.toISOString()}`,
    times.revokedAt === null ? "valid" : `revoked ${times.revokedAt.toISOString()}`,
    name,
  ]);
  return table(rows, printWidth(process.stdout.columns));
}
