/** Owns a process that is to be killed: it records in the database of its argument for ever, and tells its head once it is durable. */
import { writeSync } from "node:fs";
import { systemClock } from "../../src/base/clock.ts";
import { Secret } from "../../src/base/secret.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { addMeta } from "../../src/storage/tables/meta.ts";
import { testAudit } from "./rig.ts";

const [, , place = ""] = process.argv;
const clock = systemClock();
const database = await openDatabase(place.includes("://") ? new Secret(place) : place, { clock });
const audit = testAudit(database, clock);

for (let number = 0; ; number++) {
  const connectionId = `con_${number}`;
  const event = { event: "connection.handed_out", actor: "key key_1", connectionId } as const;
  await Promise.all([
    ...Array.from({ length: number % 7 }, () => audit.write(event)),
    audit.transaction(async (transaction, record) => {
      await addMeta(transaction, `crash-${process.pid}-${number}`, "");
      await record({ ...event, event: "connection.refreshed" });
      await record({ ...event, event: "connection.state_changed" });
    }),
  ]);
  // At once, past any buffer: what was told before the end was true before the end.
  writeSync(1, `${audit.heads().map(({ writerId, sequence, mac }) => `${writerId}:${sequence}:${mac}`)}\n`);
}
