/** Owns a record for tests: over any database, with the key that database holds. */
import { auditKeys } from "../../src/app/audit-key.ts";
import { createAudit, type WrittenAudit } from "../../src/audit/audit.ts";
import type { ChainHead } from "../../src/audit/chain.ts";
import { type ChainReport, verifyAudit } from "../../src/audit/verify.ts";
import type { Clock } from "../../src/base/clock.ts";
import type { Database } from "../../src/storage/database.ts";
import { testKeyrings } from "../keyrings.ts";

export function testAuditKeys(database: Database, clock: Clock) {
  return auditKeys(database, testKeyrings(database, clock));
}

/** A writer of its own, as another process would have it. */
export function testAudit(database: Database, clock: Clock): WrittenAudit {
  return createAudit({ database, keys: testAuditKeys(database, clock), clock });
}

/** What a process that has just started finds. */
export async function verified(
  database: Database,
  clock: Clock,
  heads: readonly ChainHead[] = [],
): Promise<ChainReport[]> {
  const reports: ChainReport[] = [];
  for await (const report of verifyAudit({ database, keys: testAuditKeys(database, clock), heads }))
    reports.push(report);
  return reports;
}

/** Each problem as its kind and the entry it shows at. */
export async function problemsOf(
  database: Database,
  clock: Clock,
  heads: readonly ChainHead[] = [],
): Promise<(readonly [string, number | null])[]> {
  const reports = await verified(database, clock, heads);
  return reports.flatMap(({ problems }) => problems.map(({ kind, sequence }) => [kind, sequence] as const));
}
