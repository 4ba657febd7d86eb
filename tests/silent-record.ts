/** Owns a record that writes nothing, for tests of what is recorded elsewhere. */
import type { Audit } from "../src/audit/audit.ts";
import type { HandOuts } from "../src/audit/hand-outs.ts";
import type { Database } from "../src/storage/database.ts";

export function silentRecord(database: Database): { readonly audit: Audit; readonly handOuts: HandOuts } {
  return {
    audit: {
      async prepare() {},
      async write() {},
      transaction: (work) => database.transaction((transaction) => work(transaction, async () => {})),
    },
    handOuts: { note: () => undefined },
  };
}
