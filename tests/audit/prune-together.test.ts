import { expect, test } from "vitest";
import { pruneAudit } from "../../src/audit/prune.ts";
import { frozenClock } from "../frozen-clock.ts";
import { openEngine } from "../storage/engines.ts";
import { problemsOf, testAudit, testAuditKeys } from "./rig.ts";

// SQLite lets one process write at a time; on PostgreSQL they meet in the middle.
test("several that prune at once delete each entry once, and leave the checkpoint of the one that came furthest", async () => {
  const clock = frozenClock();
  const { database, beside, close } = await openEngine("postgres", { clock });
  const audit = testAudit(database, clock);
  await Promise.all(
    Array.from({ length: 2_500 }, () => audit.write({ event: "connection.made", actor: "user usr_ada" })),
  );
  clock.advance(60);
  const others = await Promise.all([beside(), beside()]);
  const pruning = [database, ...others].map((each) => {
    const keys = testAuditKeys(each, clock);
    return pruneAudit({ database: each, keys, audit: testAudit(each, clock), clock }, clock.now());
  });
  const pruned = await Promise.all(pruning);
  expect(pruned.reduce((sum, { entries }) => sum + entries, 0)).toBe(2_500);
  expect(await problemsOf(database, clock, audit.heads())).toEqual([]);
  await close();
});
