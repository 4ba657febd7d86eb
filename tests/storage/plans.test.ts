import { CompiledQuery, type KyselyPlugin, type QueryId, type RootOperationNode } from "kysely";
import { expect, test } from "vitest";
import type { Executor } from "../../src/storage/database.ts";
import { insertSecrets } from "../../src/storage/tables/connection-secrets.ts";
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
  listNextKeepAlives: (db) => listNextKeepAlives(db, 100),
};

test.each(Object.entries(questions))(
  "%s reads indexes, however many connections there are",
  async (_, ask) => {
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
    for (const { node, queryId } of asked) {
      const { sql, parameters } = kysely.getExecutor().compileQuery(node, queryId);
      const plan = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]);
      const { rows } = await kysely.executeQuery<{ detail: string }>(plan);
      for (const { detail } of rows) expect(detail).toMatch(/^SEARCH|USING COVERING INDEX/);
    }
    await close();
  },
);
