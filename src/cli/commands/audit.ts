/** Owns `windlass audit`: whether the record is as it was written, and what it says. */
import { parseArgs } from "node:util";
import type { App } from "../../app/app.ts";
import type { ChainHead, ChainReport } from "../../app/record.ts";
import { type Command, UsageError } from "../command.ts";
import { counted } from "../counted.ts";
import { withApp } from "../open-app.ts";
import { configOption } from "../options.ts";
import { printWidth, table } from "../table.ts";

const help = `windlass audit: the record of hand-outs, renewals, changes and failures

Usage: windlass audit verify [--head WRITER:NUMBER:MAC]… [--config FILE] [--json]
       windlass audit list [--event NAME] [--connection ID] [--project ID] [--since TIME] [--limit N]
                           [--config FILE] [--json]

  verify             checks every writer's chain from its beginning to its end, and prints its head
  --head HEAD        a head that verify printed before: it has to be in the chain still, so that an end that was cut
                     off shows; may be given often
  list               the latest entries, newest first
  --event NAME       only these: signin.done, or signin for all whose name begins so
  --connection ID    only those about this connection
  --project ID       only those about this project
  --since TIME       none before this time: 2026-11-22 or 2026-11-22T08:00:00Z
  --limit N          at most so many (default 100)
  --config FILE      configuration: windlass.yaml, or Backstage's app-config.yaml; of several, later ones win
                     (default: windlass.yaml where it exists, else the environment)
  --json             one JSON object: verify {"ok","writers":[{"writerId","entries","firstAt","lastAt","head",
                     "prunedTo","problems":[{"kind","sequence","sentence"}]}]}, list {"entries":[{"at","event",
                     "actor","projectId","connectionId","reason","facts","writerId","sequence"}]}

Exit code 0 when the record is whole, 1 when it is not, 2 for wrong use. docs/audit.md says what is recorded and what
a chain proves.

Example: windlass audit verify --config windlass.yaml
`;

export const command: Command = {
  name: "audit",
  summary: "the record of what happened: verify that it is whole, list it",
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        config: configOption,
        head: { type: "string", multiple: true },
        event: { type: "string" },
        connection: { type: "string" },
        project: { type: "string" },
        since: { type: "string" },
        limit: { type: "string" },
        json: { type: "boolean" },
      },
      allowPositionals: true,
    });
    const [task, ...more] = positionals;
    if (more.length > 0 || (task !== "verify" && task !== "list"))
      throw new UsageError("audit needs verify or list.");
    const { json: isJson = false } = values;
    if (task === "verify") {
      const heads = (values.head ?? []).map(readHead);
      return withApp(values.config, ({ record }) => verify(record, heads, isJson));
    }
    const search = {
      event: readEvent(values.event),
      connectionId: values.connection,
      projectId: values.project,
      since: readTime(values.since),
      limit: readLimit(values.limit),
    };
    return withApp(values.config, ({ record }) => list(record, search, isJson));
  },
};

type Search = Parameters<App["record"]["list"]>[0];

async function verify(record: App["record"], heads: readonly ChainHead[], isJson: boolean): Promise<number> {
  const writers: ChainReport[] = [];
  let [count, broken, entries] = [0, 0, 0];
  for await (const report of record.verify(heads)) {
    count += 1;
    entries += report.entries;
    if (report.problems.length > 0) broken += 1;
    if (isJson) writers.push(report);
    else process.stdout.write(describe(report));
  }
  if (isJson) process.stdout.write(`${JSON.stringify({ ok: broken === 0, writers })}\n`);
  else process.stdout.write(conclusion({ count, broken, entries }));
  return broken === 0 ? 0 : 1;
}

function describe({ writerId, entries, firstAt, lastAt, head, prunedTo, problems }: ChainReport): string {
  const pruned = prunedTo === 0 ? [] : [`checkpoint at ${prunedTo}`];
  const span = firstAt === null ? [] : [`${firstAt} to ${lastAt}`];
  const facts = [
    counted(entries, "entry", "entries"),
    ...span,
    ...pruned,
    problems.length === 0 ? "whole" : "BROKEN",
  ];
  const sentences = problems.map(({ sentence }) => `  ${sentence}\n`);
  const noted = head === null ? "" : `  head ${writeHead(head)}\n`;
  return `${writerId}: ${facts.join(", ")}\n${sentences.join("")}${noted}`;
}

function conclusion({
  count,
  broken,
  entries,
}: Readonly<Record<"count" | "broken" | "entries", number>>): string {
  if (count === 0) return "Nothing is recorded yet.\n";
  const chains = count === 1 ? "one chain" : `${count} chains`;
  if (broken === 0) return `The record is whole: ${counted(entries, "entry", "entries")} in ${chains}.\n`;
  return `The record is not whole: ${broken} of ${chains} broken.\n`;
}

function writeHead({ writerId, sequence, mac }: ChainHead): string {
  return `${writerId}:${sequence}:${mac}`;
}

function readHead(text: string): ChainHead {
  const [, writerId = "", sequence, mac = ""] =
    /^(wrt_[\w.-]+):([1-9]\d{0,14}):([\w-]{43})$/.exec(text) ?? [];
  if (sequence !== undefined) return { writerId, sequence: Number(sequence), mac };
  throw new UsageError(`--head needs WRITER:NUMBER:MAC, as verify prints it, not ${JSON.stringify(text)}.`);
}

function readEvent(name: string | undefined): string | undefined {
  if (name === undefined || /^[a-z_]+(\.[a-z_]+)*$/.test(name)) return name;
  throw new UsageError(`--event needs a name such as signin or signin.done, not ${JSON.stringify(name)}.`);
}

function readTime(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? new Date(text)
    : null;
  if (time !== null && !Number.isNaN(time.getTime())) return time.toISOString();
  throw new UsageError(
    `--since needs a time such as 2026-11-22 or 2026-11-22T08:00:00Z, not ${JSON.stringify(text)}.`,
  );
}

function readLimit(text = "100"): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new UsageError(`--limit needs a number from 1 to 9999999, not ${JSON.stringify(text)}.`);
}

async function list(record: App["record"], search: Search, isJson: boolean): Promise<number> {
  const entries = await record.list(search);
  if (isJson) {
    process.stdout.write(`${JSON.stringify({ entries: entries.map(asJson) })}\n`);
    return 0;
  }
  const rows = entries.map(({ at, event, actor, connection_id, project_id, reason, facts_json }) => [
    at,
    event,
    actor,
    connection_id ?? project_id ?? "",
    [reason, facts_json === "{}" ? null : facts_json].filter((each) => each !== null).join(" "),
  ]);
  process.stdout.write(
    rows.length === 0 ? "Nothing is recorded.\n" : table(rows, printWidth(process.stdout.columns)),
  );
  return 0;
}

function asJson(entry: Awaited<ReturnType<App["record"]["list"]>>[number]): object {
  const { at, event, actor, reason, sequence } = entry;
  const about = { projectId: entry.project_id, connectionId: entry.connection_id };
  const facts: unknown = JSON.parse(entry.facts_json);
  return { at, event, actor, ...about, reason, facts, writerId: entry.writer_id, sequence };
}
