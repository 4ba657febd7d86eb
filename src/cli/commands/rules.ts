/** Owns `windlass rules`: who may come in, which places are meant, and making a rule forget its place. */
import { parseArgs } from "node:util";
import type { App } from "../../app/app.ts";
import { type Command, Refusal, UsageError } from "../command.ts";
import { withApp } from "../open-app.ts";
import { configOption } from "../options.ts";
import { printWidth, table } from "../table.ts";

const help = `windlass rules: who may come in, and which places the rules mean

Usage: windlass rules list [--config FILE] [--json]
       windlass rules unpin INSTANCE KIND PLACE --yes [--config FILE] [--json]

  list           every rule, with the id of its place at Bitbucket once somebody was let in by it
  unpin          forgets that id: the next person who is let in by the name settles it anew. Whoever has the
                 name at Bitbucket by then decides who comes in. Only with --yes

  --config FILE  configuration: windlass.yaml, or Backstage's app-config.yaml; of several, later ones win
                 (default: windlass.yaml where it exists, else the environment)
  --json         one JSON object: list {"rules"}, unpin {"unpinned"}; each rule
                 {"instance","kind","place","permission","roles","id","idFrom","pinnedAt"}

KIND is workspace, project or repository; PLACE is written as in the configuration. It stands in the record who
unpinned what. docs/rules.md tells how rules are judged.

Example: windlass rules unpin bitbucket workspace acme --yes
`;

const actor = "command line";

export const command: Command = {
  name: "rules",
  summary: "who may come in: list the rules and the places they mean, unpin one",
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { config: configOption, yes: { type: "boolean" }, json: { type: "boolean" } },
      allowPositionals: true,
    });
    const work = readTask(positionals, values);
    return withApp(values.config, ({ rules }) => work(rules));
  },
};

type Rules = App["rules"];

interface Given {
  readonly yes?: boolean | undefined;
  readonly json?: boolean | undefined;
}

function readTask([task = "", ...rest]: readonly string[], given: Given): (rules: Rules) => Promise<number> {
  const { yes = false, json = false } = given;
  if (task === "list") {
    if (rest.length > 0) throw new UsageError(`rules list takes no ${JSON.stringify(rest[0])}.`);
    return (rules) => list(rules, json);
  }
  if (task !== "unpin") throw new UsageError("rules needs list or unpin.");
  const [instanceId, kind, place, ...more] = rest;
  if (instanceId === undefined || kind === undefined || place === undefined || more.length > 0)
    throw new UsageError("rules unpin needs INSTANCE, KIND and PLACE, as windlass rules list shows them.");
  if (!yes)
    throw new Refusal(
      `Nothing was done: whoever has the name ${place} at Bitbucket when the next person comes decides what it means. Say --yes if that is wanted.`,
    );
  return (rules) => unpin(rules, { instanceId, place: `${kind} ${place}` }, json);
}

type Listed = Awaited<ReturnType<Rules["list"]>>[number];

async function list(rules: Rules, json: boolean): Promise<number> {
  const found = await rules.list();
  process.stdout.write(json ? `${JSON.stringify({ rules: found.map(plain) })}\n` : readable(found));
  return 0;
}

async function unpin(rules: Rules, pin: Parameters<Rules["unpin"]>[0], json: boolean): Promise<number> {
  const id = await rules.unpin(pin, actor);
  process.stdout.write(
    json
      ? `${JSON.stringify({ unpinned: { instance: pin.instanceId, place: pin.place, id } })}\n`
      : `The ${pin.place} at ${pin.instanceId} is no longer ${id}.\n`,
  );
  return 0;
}

function plain({ instanceId, kind, place, permission, roles, id, idFrom, pinnedAt }: Listed) {
  return { instance: instanceId, kind, place, permission, roles, id, idFrom, pinnedAt };
}

function readable(rules: readonly Listed[]): string {
  if (rules.length === 0) return "There are no rules.\n";
  const rows = rules.map((rule) => [
    rule.instanceId,
    rule.kind,
    rule.place ?? "",
    rule.permission ?? "",
    rule.roles.join(", "),
    standingOf(rule),
  ]);
  return table(rows, printWidth(process.stdout.columns));
}

function standingOf({ kind, permission, id, idFrom, pinnedAt }: Listed): string {
  if (kind === "everyone") return "";
  if (id === null) return "nobody was let in by it yet";
  const since = idFrom === "configuration" ? "configured" : `since ${pinnedAt?.toISOString()}`;
  return `${id} ${since}${permission === null ? ", no rule any more" : ""}`;
}
