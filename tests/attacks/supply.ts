/** Owns the processes that become servers under attack: where many are needed, one more is always loading. */
import {
  type PlainConfig,
  prepareProcess,
  type ServerUnderAttack,
  startUnderAttack,
  type WaitingProcess,
} from "./under-attack.ts";

export interface Supply {
  /** As {@link startUnderAttack}. */
  start(config: PlainConfig, beside?: Parameters<typeof startUnderAttack>[2]): Promise<ServerUnderAttack>;
  /** Ends the process nobody has asked for. */
  close(): Promise<void>;
}

export function createSupply(keepsOneReady: boolean): Supply {
  let ready: WaitingProcess | null = null;
  return {
    async start(config, beside) {
      const one = ready ?? prepareProcess();
      ready = null;
      const server = await startUnderAttack(one, config, beside);
      // Not earlier: who is waiting for this one has the machine.
      if (keepsOneReady) ready ??= prepareProcess();
      return server;
    },
    close: async () => ready?.end(),
  };
}
