import { beforeEach, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { frozenClock } from "../../tests/frozen-clock.ts";
import { describeEngines } from "../../tests/storage/engines.ts";
import { ada } from "../../tests/storage/rows.ts";
import type { ShiftableClock } from "../base/clock.ts";
import type { Database } from "../storage/database.ts";
import { noteJudged } from "../storage/tables/session-checks.ts";
import { insertUser } from "../storage/tables/users.ts";
import { createSessions, type Sessions } from "./sessions.ts";

describeEngines("a session that is judged again", (open) => {
  let clock: ShiftableClock;
  let database: Database;
  let asked: string[];
  let verdict: (sessionId: string) => Promise<void>;
  let sessions: Sessions;

  beforeEach(async () => {
    clock = frozenClock();
    database = (await open({ clock })).database;
    await insertUser(database.kysely, ada);
    asked = [];
    verdict = async () => {};
    sessions = createSessions({
      database,
      clock,
      judge: async (id) => {
        asked.push(id);
        await verdict(id);
      },
    });
  });

  const begin = (seconds: number) =>
    sessions.open({
      userId: ada.id,
      instanceId: "bitbucket",
      roles: ["member"],
      checkBy: new Date(clock.now().getTime() + seconds * 1000),
    });
  const letIn = (id: string, roles: readonly string[]) =>
    noteJudged(database.kysely, id, {
      roles: JSON.stringify(roles),
      check_by: new Date(clock.now().getTime() + 60_000).toISOString(),
    });

  test("is answered for without a judgement until that is overdue", async () => {
    const { token } = await begin(60);
    expect(await sessions.find(token)).toMatchObject({ roles: ["member"] });
    clock.advance(59);
    expect(await sessions.find(token)).not.toBeNull();
    expect(asked).toEqual([]);
  });

  test("is judged first when it is overdue, once for all who ask, and has the roles it is given then", async () => {
    const { id, token } = await begin(60);
    verdict = (sessionId) => letIn(sessionId, ["admin"]);
    clock.advance(60);
    const found = await Promise.all([sessions.find(token), sessions.find(token)]);
    expect(found.map((session) => session?.roles)).toEqual([["admin"], ["admin"]]);
    expect(asked).toEqual([id]);
  });

  test("is nobody's when the judgement ended it", async () => {
    const { id, token } = await begin(60);
    verdict = async () => void (await sessions.endThose({ id }));
    clock.advance(60);
    expect(await sessions.find(token)).toBeNull();
  });

  test("stays closed and alive while it cannot be judged, or when nobody is there to judge it", async () => {
    const { id, token } = await begin(60);
    clock.advance(60);
    expect((await failureOf(sessions.find(token))).code).toBe("sessions.unjudged");
    const others = createSessions({ database, clock });
    expect((await failureOf(others.find(token))).code).toBe("sessions.unjudged");
    verdict = (sessionId) => letIn(sessionId, []);
    expect(await sessions.find(token)).toMatchObject({ id, roles: [] });
  });

  test("what was found a moment ago is not believed past the moment it has to be judged by", async () => {
    const { token } = await begin(60);
    expect(await sessions.find(token)).not.toBeNull();
    clock.advance(60);
    await failureOf(sessions.find(token));
    expect(asked).toHaveLength(1);
  });

  test("keeps roles and judgement when it gets a new token", async () => {
    const { token } = await begin(60);
    const next = await sessions.rotate(token);
    expect(await sessions.find(next ?? "")).toMatchObject({ roles: ["member"] });
    clock.advance(60);
    expect((await failureOf(sessions.find(next ?? ""))).code).toBe("sessions.unjudged");
  });
});
