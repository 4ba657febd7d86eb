/** Owns keyrings for tests: data keys in the test's own database, wrapped with a key that is known. */
import { keyStore } from "../src/app/key-store.ts";
import type { Clock } from "../src/base/clock.ts";
import { type Keyrings, openKeyrings } from "../src/sealing/keyrings.ts";
import { localWrapper } from "../src/sealing/wrapper.ts";
import type { Database } from "../src/storage/database.ts";

/** Every process that calls this with the same database can open what the others sealed. */
export function testKeyrings(database: Database, clock: Clock): Keyrings {
  const wrappers = [localWrapper({ id: "test", key: new Uint8Array(32).fill(9) })];
  return openKeyrings({ store: keyStore(database), wrappers: () => wrappers, clock });
}
