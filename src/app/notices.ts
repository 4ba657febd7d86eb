/** Owns what an operator should know of a configuration before anything is started with it. */
import { systemClock } from "../base/clock.ts";
import { openNodeDoor } from "../base/http/node-door.ts";
import { silentLog } from "../base/log.ts";
import { openAdmission } from "./admission.ts";
import { openCatalog } from "./catalog/open.ts";
import type { Config } from "./config.ts";
import { networkRules } from "./network-config.ts";

/** One sentence each. Reads the catalog, from addresses too; opens no database, and so looks into no connected repository. */
export async function noticesOf(config: Config): Promise<readonly string[]> {
  const door = openNodeDoor({ network: networkRules(config) });
  const host = () => Promise.reject(new Error("windlass serve reads it, by the connection that is named"));
  const world = { clock: systemClock(), log: silentLog, fetch: door.fetch, host };
  const admission = openAdmission(config, openCatalog(config.catalog, world));
  try {
    return [...(await admission.notices()), ...(config.notices ?? [])];
  } finally {
    await admission.close();
    await door.close();
  }
}
