/** Owns what is said of a running emulator: one line for machines, and its failures as one sentence. */
import { EmulatorFailure } from "../emulator/core/errors.ts";
import type { Emulator } from "../emulator/emulator.ts";
import { GitFailure } from "../emulator/git/errors.ts";
import { Refusal, UsageError } from "./command.ts";

/** What `emulate --json` prints; `api` is without `/2.0`, `dataCenter` and `server` are null when switched off. */
export function emulatorLine(emulator: Emulator): object {
  const { urls, consumers, people, accessTokens, dataCenter, server } = emulator;
  return { ...urls, consumers, people, accessTokens, dataCenter, server };
}

/** A failure of starting the emulator as the dispatcher wants it; anything else as it is. */
export function explainEmulator(error: unknown, portOptions: string): unknown {
  if (error instanceof GitFailure && error.code !== "failed") return new UsageError(error.message);
  if (!(error instanceof EmulatorFailure)) return error;
  if (error.code !== "port_taken") return new UsageError(error.message);
  return new Refusal(`${error.message} Choose another with ${portOptions}; 0 takes any.`);
}
