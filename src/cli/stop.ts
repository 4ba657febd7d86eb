/** Owns the wait of a command that serves until it is told to stop. */
import { constants } from "node:os";

/** A terminal, npm and the bootstrap each hand the same Ctrl-C on: within this time it is one. */
const sameSignalMilliseconds = 1_000;

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type Signal = (typeof stopSignals)[number];

/** Resolves at the first SIGINT, SIGTERM or SIGHUP (the terminal was closed); one that comes later, while things are still closing, ends the process at once. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | null = null;
    const stop = (signal: Signal) => {
      firstAt ??= performance.now();
      if (performance.now() - firstAt > sameSignalMilliseconds) process.exit(128 + constants.signals[signal]);
      resolve();
    };
    for (const signal of stopSignals) process.on(signal, stop);
  });
}
