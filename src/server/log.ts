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
      redact: { paths: forbidden.flatMap((name) => [name, `*.${name}`]), censor: "[secret]" },
    },
    destination,
  );
  const write =
    (at: "info" | "warn" | "error") =>
    (event: string, facts: LogFacts = {}) =>
      logger[at](facts, event);
  return { info: write("info"), warn: write("warn"), error: write("error") };
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
