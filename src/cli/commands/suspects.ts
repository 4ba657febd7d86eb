/** Owns `windlass suspects`: a stack trace in, the commits that may have caused it out. */
import { text } from "node:stream/consumers";
import { parseArgs, styleText } from "node:util";
import type { SingleRunResult } from "../../app/single-run.ts";
import { systemClock } from "../../base/clock.ts";
import type { NetworkRules } from "../../base/http/connections.ts";
import { isLoopback } from "../../base/http/loopback.ts";
import { Secret } from "../../base/secret.ts";
import { proxyOf } from "../../server/proxy-variables.ts";
import { type Command, Refusal, UsageError } from "../command.ts";

const help = `windlass suspects: a stack trace in, the commits that may have caused it out

Usage: windlass suspects WORKSPACE/REPO [--lookback DAYS] [--api URL] [--json] < TRACE

  --lookback DAYS  how many days of history to read (default 30; 1 to 3650)
  --api URL        the API's address (default https://api.bitbucket.org/2.0)
  --json           one JSON object: {"repository","commits","suspects":[{"hash","date","author","message","score","reasons","files"}]}

The access token is read from BITBUCKET_ACCESS_TOKEN; it needs the scope repository. Commits are read from the
default branch. Nothing is kept.

Example: windlass suspects acme/checkout-api --lookback 14 < trace.txt
`;

export const command: Command = {
  name: "suspects",
  summary: "a stack trace in, the commits that may have caused it out",
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { lookback: { type: "string" }, api: { type: "string" }, json: { type: "boolean" } },
    });
    const order = {
      ...readRepository(positionals),
      lookbackDays: readLookback(values.lookback),
      urls: { api: readApi(values.api) },
    };
    const accessToken = readToken();
    if (process.stdin.isTTY) throw new UsageError("A stack trace is expected on standard input.");
    const errorText = await text(process.stdin);
    const { runOnce } = await import("../../app/single-run.ts");
    const { openNodeDoor } = await import("../../base/http/node-door.ts");
    const door = openNodeDoor({ network: networkFor(order.urls.api) });
    const onProgress = values.json || !process.stderr.isTTY ? undefined : showProgress;
    const analysis = await runOnce({
      ...order,
      accessToken,
      errorText,
      fetch: door.fetch,
      clock: systemClock(),
      ...(onProgress && { onProgress }),
    }).finally(() => door.close());
    refuseFailed(analysis);
    process.stdout.write(values.json ? `${JSON.stringify(machineResult(analysis))}\n` : readable(analysis));
    return 0;
  },
};

function readRepository(positionals: readonly string[]): { workspace: string; slug: string } {
  const [, workspace, slug] = /^([^/\s]+)\/([^/\s]+)$/.exec(positionals[0] ?? "") ?? [];
  if (workspace === undefined || slug === undefined || positionals.length > 1) {
    throw new UsageError("One repository is expected, as WORKSPACE/REPO.");
  }
  return { workspace: workspace.toLowerCase(), slug: slug.toLowerCase() };
}

function readLookback(days = "30"): number {
  if (/^\d{1,4}$/.test(days) && Number(days) >= 1 && Number(days) <= 3650) return Number(days);
  throw new UsageError(`--lookback needs whole days from 1 to 3650, not ${JSON.stringify(days)}.`);
}

function readApi(url = "https://api.bitbucket.org/2.0"): string {
  if (URL.canParse(url)) return url.replace(/\/+$/, "");
  throw new UsageError(`--api needs an absolute URL, not ${JSON.stringify(url)}.`);
}

/** Through the environment's proxy; and on this machine, where that is what was asked for. */
function networkFor(api: string): NetworkRules {
  const allow = isLoopback(new URL(api).hostname) ? ["127.0.0.0/8", "::1"] : [];
  return { allow, proxy: proxyOf(process.env) };
}

function readToken(): Secret {
  const token = process.env.BITBUCKET_ACCESS_TOKEN?.trim();
  if (token) return new Secret(token);
  throw new UsageError("The environment variable BITBUCKET_ACCESS_TOKEN has to hold an access token.");
}

function showProgress({ repositories, waitingUntil }: SingleRunResult): void {
  const [repository] = repositories;
  const wait = waitingUntil === null ? "" : `, waiting for Bitbucket until ${waitingUntil.toISOString()}`;
  process.stderr.write(
    `\r\u001b[K${repository?.commitsCounted ?? 0} of ${repository?.commitsFound ?? 0} commits read${wait}`,
  );
}

function refuseFailed({ failure, repositories }: SingleRunResult): void {
  const failed = failure ?? repositories[0]?.failure ?? null;
  if (failed !== null) throw new Refusal(`${failed.message} ${failed.cure} [${failed.code}]`);
}

function machineResult({ repositories, totals, suspects }: SingleRunResult): object {
  return {
    repository: repositories[0]?.fullName,
    commits: totals.commits,
    suspects: suspects.map(({ repository: _, authorRaw, ...suspect }) => ({ ...suspect, author: authorRaw })),
  };
}

function readable({ suspects, totals, framesFound, lookbackDays, repositories }: SingleRunResult): string {
  const clear = process.stderr.isTTY ? "\r\u001b[K" : "";
  process.stderr.write(clear);
  const read = `${totals.commits} commits of ${lookbackDays} days read`;
  if (framesFound === 0) return `No file is named in this text; ${read}.\n`;
  const fitting = repositories[0]?.fittingLookbackDays;
  if (totals.commits === 0 && fitting != null)
    return `${read}. The newest commit is within --lookback ${fitting}.\n`;
  if (suspects.length === 0) return `No commit changed a file that this error names; ${read}.\n`;
  return `${suspects.map(suspectLines).join("\n")}\n${read}.\n`;
}

function suspectLines(
  { hash, date, authorRaw, message, reasons }: SingleRunResult["suspects"][number],
  index: number,
): string {
  const head = `${String(index + 1).padStart(2)}. ${styleText("bold", message.split("\n")[0] ?? "")}`;
  const facts = `    ${hash.slice(0, 12)} · ${authorRaw.replace(/\s*<[^>]*>$/, "")} · ${date.toISOString().slice(0, 10)}`;
  return `${head}\n${facts}\n${reasons.map((reason) => `    ${reason}`).join("\n")}\n`;
}
