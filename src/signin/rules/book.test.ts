import { expect, test } from "vitest";
import { failureOf } from "../../../tests/failure.ts";
import { frozenClock } from "../../../tests/frozen-clock.ts";
import { describeEngines } from "../../../tests/storage/engines.ts";
import type { Audit, AuditEvent } from "../../audit/audit.ts";
import type { Database } from "../../storage/database.ts";
import { listRulePins } from "../../storage/tables/rule-pins.ts";
import { createRuleBook } from "./book.ts";
import { pinFirstSeen, readPins } from "./pins.ts";
import type { PlaceRule, Rule } from "./rule.ts";

const acme: PlaceRule = { kind: "workspace", place: "acme", permission: "read", id: null, roles: ["member"] };
const known: PlaceRule = {
  kind: "repository",
  place: "acme/api",
  permission: "write",
  id: "4-2",
  roles: ["admin"],
};
const everyone: Rule = { kind: "everyone", roles: ["guest"] };
const seen = (id: string) => ({ kind: "workspace", place: "acme", id, permission: "read" }) as const;

const recordOf = (database: Database, recorded: AuditEvent[] = []): Pick<Audit, "transaction"> => ({
  transaction: (work) => database.transaction((db) => work(db, async (event) => void recorded.push(event))),
});

describeEngines("what rules mean", (open, engine) => {
  const clock = frozenClock();

  test("is settled once by whoever is first, however many processes see another place at once", async () => {
    const opened = await open();
    const processes = [opened.database, await opened.beside(), await opened.beside()];
    const recorded: AuditEvent[] = [];
    const settle = async (database: Database, at: number) => {
      const parts = { audit: recordOf(database, recorded), clock };
      const first = { rules: [acme], seen: [seen(`id-${at}`)], pins: new Map<string, string>() };
      return (await pinFirstSeen(parts, "bitbucket", first)).get("workspace acme");
    };
    // Handles of one thread cannot wait for each other on SQLite: there each still believes that nothing is pinned.
    const settled: (string | undefined)[] = [];
    if (engine === "postgres") settled.push(...(await Promise.all(processes.map(settle))));
    else for (const [at, database] of processes.entries()) settled.push(await settle(database, at));
    expect(new Set(settled).size).toBe(1);
    expect(await readPins(opened.database.kysely, "bitbucket", [seen("any")])).toEqual(
      new Map([["workspace acme", settled[0]]]),
    );
    expect(recorded.filter(({ event }) => event === "rule.pinned")).toHaveLength(1);
  });

  test("a place that nobody was shown, or whose id is configured, is not written down", async () => {
    const { database } = await open();
    const parts = { audit: recordOf(database), clock };
    await pinFirstSeen(parts, "bitbucket", { rules: [known], seen: [], pins: new Map() });
    await pinFirstSeen(parts, "bitbucket", { rules: [acme], seen: [], pins: new Map() });
    expect(await listRulePins(database.kysely)).toEqual([]);
  });

  test("is listed with where each id is from, what is left of former rules too, and can be forgotten", async () => {
    const { database } = await open();
    const recorded: AuditEvent[] = [];
    const audit = recordOf(database, recorded);
    const bookOf = (rules: readonly Rule[]) =>
      createRuleBook({ database, audit, instanceIds: ["bitbucket"], rules: () => rules });
    const book = bookOf([everyone, acme, known]);
    const first = { rules: [acme], seen: [seen("a-b")], pins: new Map<string, string>() };
    await pinFirstSeen({ audit, clock }, "bitbucket", first);
    expect((await book.list()).map(({ kind, id, idFrom }) => [kind, id, idFrom])).toEqual([
      ["everyone", null, null],
      ["workspace", "a-b", "first sight"],
      ["repository", "4-2", "configuration"],
    ]);
    expect(await bookOf([]).list()).toMatchObject([
      { instanceId: "bitbucket", kind: "workspace", place: "acme", permission: null, id: "a-b" },
    ]);
    const pin = { instanceId: "bitbucket", place: "workspace acme" };
    expect(await book.unpin(pin, "command line")).toBe("a-b");
    expect(recorded.at(-1)).toEqual({
      event: "rule.unpinned",
      actor: "command line",
      facts: { instance: "bitbucket", place: "workspace acme", id: "a-b" },
    });
    for (const nothing of [pin, { ...pin, instanceId: "other" }, { ...pin, place: "repository acme/api" }])
      expect((await failureOf(book.unpin(nothing, "command line"))).code).toBe("signin.not_pinned");
  });
});
