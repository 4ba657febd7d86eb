/** Owns how option values are read: a wrong one is wrong use, with a sentence that names the option. */
import { UsageError } from "./command.ts";

/** `--config FILE`, once or several times: each file lies over those before it. */
export const configOption = { type: "string", multiple: true } as const;

/** A port, 0 for any; undefined when the option was not given. */
export function readPort(text: string | undefined, option = "--port"): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`${option} needs a number from 0 to 65535, not ${JSON.stringify(text)}.`);
}
