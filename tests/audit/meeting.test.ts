import { sql } from "kysely";
import { expect, test } from "vitest";
import { frozenClock } from "../frozen-clock.ts";
import { openEngine } from "../storage/engines.ts";
import { testAudit } from "./rig.ts";

test("works that share a commit on PostgreSQL and meet another process are tried again in halves, not one by one", async () => {
  const clock = frozenClock();
  const { database, close } = await openEngine("postgres", { clock });
  const audit = testAudit(database, clock);
  await audit.prepare();
  const collided = Promise.withResolvers<void>();
  let attempts = 0;
  const commits = await Promise.all(
    Array.from({ length: 4 }, (_, number) =>
      audit.transaction(async (db, record) => {
        const collides = number === 3 && attempts++ === 0;
        // What PostgreSQL answers whoever met another; every statement after it is told that the transaction is aborted.
        if (collides) {
          await sql`do $$ begin raise sqlstate '40001'; end $$`.execute(db).finally(collided.resolve);
        }
        await collided.promise;
        const { rows } = await sql<{ id: string }>`select pg_current_xact_id()::text as id`.execute(db);
        await record({ event: "connection.made", actor: "user usr_ada" });
        return rows[0]?.id;
      }, `connection ${number}`),
    ),
  );
  expect(attempts).toBe(2);
  expect(new Set(commits.slice(0, 2)).size).toBe(1);
  expect(new Set(commits.slice(2)).size).toBe(1);
  expect(new Set(commits).size).toBe(2);
  await close();
});
