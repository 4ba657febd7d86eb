/** Owns how option values are read: a wrong one is wrong use, with a sentence that names the option. */
import { UsageError } from "./command.ts";

/** A port; undefined when the option was not given. 0, for any, where `least` is not 1. */
export function readPort(text: string | undefined, option = "--port", least: 0 | 1 = 0): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= least && port <= 65_535) return port;
  throw new UsageError(`${option} needs a number from ${least} to 65535, not ${JSON.stringify(text)}.`);
}
