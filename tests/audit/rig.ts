/** Owns a record for tests: over any database, with the key that database holds. */
import { auditKeys } from "../../src/app/audit-key.ts";
import { createAudit, type WrittenAudit } from "../../src/audit/audit.ts";
import type { Clock } from "../../src/base/clock.ts";
import type { Database } from "../../src/storage/database.ts";
import { testKeyrings } from "../keyrings.ts";

/** A writer of its own, as another process would have it. */
export function testAudit(database: Database, clock: Clock): WrittenAudit {
  return createAudit({ database, keys: auditKeys(database, testKeyrings(database, clock)), clock });
}
