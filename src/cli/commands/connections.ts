/** Owns `windlass connections`: every connection with its state. */
import { parseArgs } from "node:util";
import type { App } from "../../app/app.ts";
import type { Command } from "../command.ts";
import { withApp } from "../open-app.ts";
import { configOption } from "../options.ts";
import { printWidth, table } from "../table.ts";

const help = `windlass connections: the connections there are, and how they are

Usage: windlass connections [--project ID] [--config FILE] [--json]

  --project ID   only this project's
  --config FILE  configuration: windlass.yaml, or Backstage's app-config.yaml; of several, later ones win
                 (default: windlass.yaml where it exists, else the environment)
  --json         one JSON object: {"connections":[{"id","projectId","instanceId","kind","state","stateReason",
                 "accountName","accessExpiresAt","endsAt"}]}

The columns: id, project, instance, kind, account, until when its access lives, state with its reason. Access that
is renewed by itself lives for an hour or two and is renewed when somebody asks for it.

Example: windlass connections --json
`;

export const command: Command = {
  name: "connections",
  summary: "the connections there are, with state and account",
  help,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { config: configOption, project: { type: "string" }, json: { type: "boolean" } },
    });
    return withApp(values.config, async (app) => {
      const connections = await app.connections.overview(values.project);
      process.stdout.write(
        values.json ? `${JSON.stringify({ connections: connections.map(asJson) })}\n` : readable(connections),
      );
      return 0;
    });
  },
};

type AccessOverview = Awaited<ReturnType<App["connections"]["overview"]>>[number];

function asJson(connection: AccessOverview): object {
  const { id, projectId, instanceId, kind, state, stateReason, accountName } = connection;
  const { accessExpiresAt, endsAt } = connection;
  return { id, projectId, instanceId, kind, state, stateReason, accountName, accessExpiresAt, endsAt };
}

function readable(connections: readonly AccessOverview[]): string {
  if (connections.length === 0) return "There is no connection.\n";
  const rows = connections.map((each) => [
    each.id,
    each.projectId,
    each.instanceId,
    each.kind,
    each.accountName,
    (each.accessExpiresAt ?? each.endsAt)?.toISOString() ?? "no end known",
    each.stateReason === null ? each.state : `${each.state} (${each.stateReason})`,
  ]);
  return table(rows, printWidth(process.stdout.columns));
}
