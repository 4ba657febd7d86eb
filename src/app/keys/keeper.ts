/** Owns sweeping after rotations now and then, as long as a process lives. */
import { isWindlassError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { randomFraction } from "../../base/random.ts";
import type { KeyParts } from "./parts.ts";
import { sweepDataKeys } from "./sweep.ts";

export interface KeyKeeper {
  /** Goes on until it is closed. */
  start(): void;
  close(): Promise<void>;
}

const minutesBetweenSweeps = 20;

export function createKeyKeeper(parts: KeyParts & { readonly log: Log }): KeyKeeper {
  const { clock, log } = parts;
  const closing = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const goOn = async () => {
    while (!closing.signal.aborted) {
      // Spread, so that processes that were started together do not look at the same rows together.
      const minutes = minutesBetweenSweeps * (0.5 + randomFraction());
      await clock.sleep(minutes * 60_000, closing.signal).catch(() => {});
      if (closing.signal.aborted) return;
      await sweepDataKeys(parts).catch((error: unknown) => {
        log.error("keys.sweep_failed", { code: isWindlassError(error) ? error.code : "unexpected" });
      });
    }
  };
  return {
    start() {
      running = goOn();
    },
    async close() {
      closing.abort();
      await running;
    },
  };
}
