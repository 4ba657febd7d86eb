/** Owns `windlass sessions`: who is signed in, and ending it: one session, or all of a person's. */
import { parseArgs } from "node:util";
import type { App } from "../../app/app.ts";
import { type Command, UsageError } from "../command.ts";
import { withApp } from "../open-app.ts";
import { configOption } from "../options.ts";
import { printWidth, table } from "../table.ts";

const help = `windlass sessions: who is signed in, and ending it

Usage: windlass sessions list [--user USERID] [--name TEXT] [--limit N] [--config FILE] [--json]
       windlass sessions end SESSIONID [--config FILE] [--json]
       windlass sessions end --user USERID [--config FILE] [--json]
       windlass sessions check SESSIONID [--config FILE] [--json]
       windlass sessions check --user USERID | --all [--config FILE] [--json]

  --user USERID  one person's, as windlass sessions list shows them
  --name TEXT    of people whose name or e-mail has this text in it
  --limit N      the N used last (default 100)
  --config FILE  configuration: windlass.yaml, or Backstage's app-config.yaml; of several, later ones win
                 (default: windlass.yaml where it exists, else the environment)
  --all          everybody's
  --json         one JSON object: list {"sessions"}, end {"ended"}, check
                 {"sessions":[{"sessionId","end","reason"}]}; each that is listed
                 {"id","userId","displayName","email","instance","browser","startedAt","lastSeenAt","expiresAt"}

check asks the rules again, now, about whoever is signed in (docs/rules.md): whoever
meets none any more is out. It ends with 1 where one ended or could not be asked about.
A session that was ended is refused by every server within a second. It stands in the record who ended it.

Example: windlass sessions end --user usr_2yY0cVtTXaYeSbqs
`;

const actor = "command line";

export const command: Command = {
  name: "sessions",
  summary: "who is signed in: list, end, ask the rules again",
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        config: configOption,
        user: { type: "string" },
        name: { type: "string" },
        limit: { type: "string" },
        all: { type: "boolean" },
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
  readonly all?: boolean | undefined;
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
  if (task === "check") return readCheck(rest, given);
  if (task !== "end") throw new UsageError("sessions needs list, end or check.");
  if (more.length > 0 || (id === undefined) === (userId === undefined))
    throw new UsageError("sessions end needs one SESSIONID, or --user USERID.");
  return ({ endings }) => end(endings, id === undefined ? { userId: userId ?? "" } : { id }, json);
}

function readCheck(ids: readonly string[], { user: userId, all = false, json = false }: Given) {
  const [id, ...more] = ids;
  const given = [id !== undefined, userId !== undefined, all].filter(Boolean).length;
  if (more.length > 0 || given !== 1)
    throw new UsageError("sessions check needs one SESSIONID, --user USERID or --all.");
  const choice = id !== undefined ? { sessionId: id } : all ? ({ all } as const) : { userId: userId ?? "" };
  return ({ rechecks }: App) => check(rechecks, choice, json);
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

async function check(
  rechecks: App["rechecks"],
  choice: Parameters<App["rechecks"]["now"]>[0],
  json: boolean,
): Promise<number> {
  const sessions = await rechecks.now(choice, actor);
  const words = sessions.map(({ sessionId, end, reason }) => [sessionId, outcomes[end], reason ?? ""]);
  const readable =
    words.length === 0
      ? "Nobody is signed in about whom rules are asked.\n"
      : table(words, printWidth(process.stdout.columns));
  process.stdout.write(json ? `${JSON.stringify({ sessions })}\n` : readable);
  return sessions.some(({ end }) => end === "ended" || end === "unanswered") ? 1 : 0;
}

const outcomes: Readonly<Record<Checked["end"], string>> = {
  admitted: "may go on",
  ended: "ended",
  unanswered: "waits until Bitbucket answers",
  gone: "had ended",
  elsewhere: "is being asked about by a server",
};

type Checked = Awaited<ReturnType<App["rechecks"]["now"]>>[number];
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
