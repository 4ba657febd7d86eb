/** Owns what connections' secrets are entrusted to: the vault, its keeper, and the record of what both do. */
import { createKeeper } from "../vault/keeper.ts";
import { createVault } from "../vault/vault.ts";
import type { Config } from "./config.ts";
import type { Ground } from "./ground.ts";
import { createRecord } from "./record.ts";

export function openCustody({ world }: Ground, config: Config) {
  const record = createRecord({ ...world, keepDays: config.audit.keepDays });
  const { audit, handOuts } = record;
  const vault = createVault({ ...world, audit, handOuts });
  const keeper = createKeeper({ ...world, vault });
  return {
    record,
    audit,
    vault,
    start() {
      record.start();
      keeper.start();
    },
    /** Lets renewals under way end and what is noted be written. */
    async close() {
      await keeper.close();
      await vault.close();
      await record.close();
    },
  };
}
