/** Owns what connections' secrets are entrusted to: the vault, its keeper and that of its keys, and the record of what they do. */
import { createKeeper } from "../vault/keeper.ts";
import { createVault } from "../vault/vault.ts";
import type { Config } from "./config.ts";
import type { Ground } from "./ground.ts";
import { createKeyKeeper } from "./keys/keeper.ts";
import { createRecord } from "./record.ts";
import { listGivenUp } from "./sealed-store.ts";

export function openCustody({ world, sealedStore }: Ground, config: Config) {
  const record = createRecord({ ...world, keepDays: config.audit.keepDays });
  const { audit, handOuts } = record;
  const vault = createVault({ ...world, audit, handOuts });
  const lostKeys = async () => {
    const given = new Set(sealedStore.keys.list().map(({ wrapper }) => wrapper.id));
    return (await listGivenUp(world.database)).filter((id) => !given.has(id));
  };
  const keeper = createKeeper({ ...world, vault, lostKeys });
  const keyKeeper = createKeyKeeper({ ...world, ...sealedStore });
  return {
    record,
    audit,
    vault,
    start() {
      record.start();
      keeper.start();
      keyKeeper.start();
    },
    /** Lets renewals under way end and what is noted be written. */
    async close() {
      await keyKeeper.close();
      await Promise.all([keeper.close(), vault.close()]);
      await record.close();
    },
  };
}
