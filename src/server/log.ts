/** Owns the server's log: structured lines by pino. */
import { type DestinationStream, pino } from "pino";
import type { Log, LogFacts } from "../base/log.ts";

/** Opens the log. Names that could hold a secret are cut out even if a caller passes them by mistake. */
export function openLog(
  level: string,
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: describeError },
      redact: { paths: forbidden.flatMap((name) => [name, `*.${name}`]), censor },
    },
    destination,
  );
  const write =
    (at: "info" | "warn" | "error") =>
    (event: string, facts: LogFacts = {}) =>
      logger[at](facts, event);
  return { info: write("info"), warn: write("warn"), error: write("error") };
}

/** An error code (`vault.reconnect`) and a state (`waiting`) are words of ours; OAuth's `code` and `state` are not shaped so. */
function censor(value: unknown, path: readonly string[]): unknown {
  const shape = { code: /^[a-z-]+\.[a-z_]+$/, state: /^[a-z-]{1,20}$/ }[path.at(-1) ?? ""];
  return value === undefined || (typeof value === "string" && shape?.test(value)) ? value : "[secret]";
}

/** Stack, code, detail and causes: an error's other fields may hold what was sent, and stay out. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { code, detail } = error as { code?: unknown; detail?: unknown }; // ours and Node's errors carry them as text
  return {
    stack: error.stack ?? error.message,
    ...(typeof code === "string" && { code }),
    ...(typeof detail === "string" && { detail }),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

const forbidden = [
  "accessToken",
  "refreshToken",
  "clientSecret",
  "code",
  "state",
  "cookie",
  "authorization",
  "codeVerifier",
  "sessionToken",
  "browserToken",
  "signature",
];
