import { CompiledQuery, type KyselyPlugin, type QueryId, type RootOperationNode } from "kysely";
import { expect, test } from "vitest";
import type { Executor } from "../../src/storage/database.ts";
import {
  insertSecrets,
  listInterrupted,
  listUnfinishedFarewells,
} from "../../src/storage/tables/connection-secrets.ts";
import {
  countConnectionsByWrapper,
  countOnReplaced,
  deleteUnusedDataKeys,
  listNeededWrappers,
  listSealedUnder,
} from "../../src/storage/tables/data-keys.ts";
import {
  countConnections,
  countFormerTokens,
  countKeepAlives,
  countRenewals,
  findLatestEntryTime,
  findMiddleKeepAlive,
  findNextTry,
  listNextKeepAlives,
} from "../../src/storage/tables/vault-health.ts";
import { openEngine } from "./engines.ts";
import { addConnection, later, now, secrets } from "./rows.ts";

const questions: Readonly<Record<string, (db: Executor) => Promise<unknown>>> = {
  countConnections,
  countFormerTokens,
  countKeepAlives: (db) => countKeepAlives(db, now),
  countRenewals: (db) => countRenewals(db, now),
  findLatestEntryTime,
  findMiddleKeepAlive,
  findNextTry: (db) => findNextTry(db, "con_1"),
  listUnfinishedFarewells: (db) => listUnfinishedFarewells(db, now, 10),
  listNextKeepAlives: (db) => listNextKeepAlives(db, 100),
};

/** How SQLite goes about what is asked. */
async function plansOf(ask: (db: Executor) => Promise<unknown>): Promise<readonly string[]> {
  const { database, close } = await openEngine("sqlite");
  const { kysely } = database;
  await addConnection(kysely);
  await insertSecrets(kysely, { ...secrets, keep_alive_at: later(1) });
  const asked: { readonly node: RootOperationNode; readonly queryId: QueryId }[] = [];
  const listener: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      asked.push({ node, queryId });
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  await ask(kysely.withPlugin(listener));
  expect(asked.length).toBeGreaterThan(0);
  const details: string[] = [];
  for (const { node, queryId } of asked) {
    const { sql, parameters } = kysely.getExecutor().compileQuery(node, queryId);
    const plan = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]);
    const { rows } = await kysely.executeQuery<{ detail: string }>(plan);
    details.push(...rows.map(({ detail }) => detail));
  }
  await close();
  return details;
}

test.each(Object.entries(questions))(
  "%s reads indexes, however many connections there are",
  async (_, ask) => {
    for (const detail of await plansOf(ask)) expect(detail).toMatch(/^SEARCH|USING COVERING INDEX/);
  },
);

const keyQuestions: Readonly<Record<string, (db: Executor) => Promise<unknown>>> = {
  countConnectionsByWrapper,
  countOnReplaced,
  deleteUnusedDataKeys: (db) => deleteUnusedDataKeys(db, now, []),
  listNeededWrappers,
  listSealedUnder: (db) => listSealedUnder(db, ["kek_1"], 10),
};

/** Each data key has one project's rows: what is sealed with it is looked up, and not looked for. */
test.each(Object.entries(keyQuestions))(
  "%s does not read through everything that is sealed",
  async (_, ask) => {
    for (const detail of await plansOf(ask))
      expect(detail).not.toMatch(
        /^SCAN (connection_secrets|instances|session_checks|identity_keys)(?!.*COVERING INDEX)/,
      );
  },
);

/** What one instance has left is counted, but only over what was left: that is looked up. */
test.each(["since", "before"] as const)(
  "listInterrupted reads what was asked %s then, and nothing else that is kept",
  async (asked) => {
    const search = { now, asked, time: later(-10), limit: 10, limitPerInstance: 5 };
    const plans = await plansOf((db) => listInterrupted(db, search));
    expect(plans).toContainEqual(
      expect.stringMatching(/^SEARCH connection_secrets USING INDEX connection_secrets_by_asked_at/),
    );
    for (const detail of plans) expect(detail).not.toMatch(/^SCAN (connection_secrets|connections)/);
  },
);

test.each(["connection_secrets", "instances"] as const)(
  "deleting a data key does not read through %s",
  async (table) => {
    // As the engine makes sure that nothing names the key any more.
    const plans = await plansOf((db) =>
      db.selectFrom(table).select("data_key_id").where("data_key_id", "=", "key_1").execute(),
    );
    for (const detail of plans) expect(detail).toMatch(/^SEARCH/);
  },
);
