/** Owns `windlass sessions`: who is signed in, and ending it: one session, or all of a person's. */
import { parseArgs } from "node:util";
import type { App } from "../../app/app.ts";
import { type Command, UsageError } from "../command.ts";
import { withApp } from "../open-app.ts";
import { printWidth, table } from "../table.ts";

const help = `windlass sessions: who is signed in, and ending it

Usage: windlass sessions list [--user USERID] [--name TEXT] [--limit N] [--config FILE] [--json]
       windlass sessions end SESSIONID [--config FILE] [--json]
       windlass sessions end --user USERID [--config FILE] [--json]

  --user USERID  one person's, as windlass sessions list shows them
  --name TEXT    of people whose name or e-mail has this text in it
  --limit N      the N used last (default 100)
  --config FILE  configuration: windlass.yaml, or Backstage's app-config.yaml
                 (default: windlass.yaml where it exists, else the environment)
  --json         one JSON object: list {"sessions"}, end {"ended"}; each session
                 {"id","userId","displayName","email","instance","browser","startedAt","lastSeenAt","expiresAt"}

A session that was ended is refused by every server within a second. It stands in the record who ended it.

Example: windlass sessions end --user usr_2yY0cVtTXaYeSbqs
`;

const actor = "command line";

export const command: Command = {
  name: "sessions",
  summary: "who is signed in: list, end one session or all of a person's",
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        config: { type: "string" },
        user: { type: "string" },
        name: { type: "string" },
        limit: { type: "string" },
        json: { type: "boolean" },
      },
      allowPositionals: true,
    });
    const work = readTask(positionals, values);
    return withApp(values.config, (app) => work(app));
  },
};

interface Given {
  readonly user?: string | undefined;
  readonly name?: string | undefined;
  readonly limit?: string | undefined;
  readonly json?: boolean | undefined;
}

function readTask([task = "", ...rest]: readonly string[], given: Given): (app: App) => Promise<number> {
  const [id, ...more] = rest;
  const { user: userId, name: text, json = false } = given;
  if (task === "list") {
    if (id !== undefined) throw new UsageError(`sessions list takes no ${JSON.stringify(id)}.`);
    const search = { userId, text, limit: readLimit(given.limit) };
    return ({ sessions }) => list(sessions, search, json);
  }
  if (task !== "end") throw new UsageError("sessions needs list or end.");
  if (more.length > 0 || (id === undefined) === (userId === undefined))
    throw new UsageError("sessions end needs one SESSIONID, or --user USERID.");
  return ({ endings }) => end(endings, id === undefined ? { userId: userId ?? "" } : { id }, json);
}

function readLimit(text = "100"): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`--limit needs a number from 1 to 999999, not ${JSON.stringify(text)}.`);
}

async function list(
  sessions: App["sessions"],
  search: Parameters<App["sessions"]["list"]>[0],
  json: boolean,
): Promise<number> {
  const found = await sessions.list(search);
  process.stdout.write(json ? `${JSON.stringify({ sessions: found.map(plain) })}\n` : readable(found));
  return 0;
}

async function end(
  endings: App["endings"],
  choice: Parameters<App["endings"]["end"]>[0],
  json: boolean,
): Promise<number> {
  const ended = await endings.end(choice, actor);
  const words = ended === 1 ? "1 session has ended." : `${ended} sessions have ended.`;
  process.stdout.write(json ? `${JSON.stringify({ ended })}\n` : `${words}\n`);
  return 0;
}

type Listed = Awaited<ReturnType<App["sessions"]["list"]>>[number];

function plain({ id, user, instanceId, browser, startedAt, lastSeenAt, expiresAt }: Listed) {
  const { id: userId, displayName, email } = user;
  return { id, userId, displayName, email, instance: instanceId, browser, startedAt, lastSeenAt, expiresAt };
}

function readable(sessions: readonly Listed[]): string {
  if (sessions.length === 0) return "Nobody is signed in.\n";
  const rows = sessions.map(({ id, user, instanceId, browser, lastSeenAt }) => [
    id,
    user.id,
    instanceId,
    `seen ${lastSeenAt.toISOString()}`,
    browser ?? "unknown browser",
    user.displayName,
  ]);
  return table(rows, printWidth(process.stdout.columns));
}
