/** No file of the database holds a token Bitbucket gave, in any spelling: neither tables nor indexes nor logs. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Database } from "../../src/storage/database.ts";
import { engines } from "../storage/engines.ts";
import { products } from "./world/far-side.ts";
import { openWorld } from "./world/world.ts";

/** Every file below a folder that is there when its turn comes. */
function* filesIn(folder: string): Generator<Buffer> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) yield* filesIn(path);
    else if (found?.isFile()) yield readFileSync(path);
  }
}

/** The folder of the SQLite file, or the pages and the write-ahead log of PostgreSQL as they lie on its disk. */
async function foldersOf({ kysely, engine }: Database, place: string): Promise<readonly string[]> {
  if (engine === "sqlite") return [dirname(place)];
  await sql`checkpoint`.execute(kysely);
  const { rows } = await sql<{ folder: string }>`select current_setting('data_directory') as folder`.execute(
    kysely,
  );
  const { rows: ids } = await sql<{
    id: number;
  }>`select oid as id from pg_database where datname = current_database()`.execute(kysely);
  const folder = rows[0]?.folder ?? "";
  return [join(folder, "base", String(ids[0]?.id)), join(folder, "pg_wal")];
}

/** As it is, in hexadecimal, and in Base64 wherever in a longer text it began. */
function spellings(token: string): readonly Buffer[] {
  const bytes = Buffer.from(token);
  const texts = [token.slice(0, 48), bytes.toString("hex"), bytes.toString("hex").toUpperCase()];
  for (const before of [0, 1, 2]) {
    // What stands before and after it decides over the first and the last characters.
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .slice(4, -4);
    texts.push(encoded, encoded.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return texts.map((text) => Buffer.from(text));
}

test.each([0, 1, 2])("a token in Base64 behind %i other bytes would be found", (before) => {
  const token = "AT-token/of+Bitbucket?with~all>kinds";
  const text = Buffer.concat([Buffer.alloc(before, "x"), Buffer.from(`${token}and more`)]);
  for (const encoding of ["base64", "base64url", "hex"] as const) {
    const written = Buffer.from(text.toString(encoding));
    expect(spellings(token).some((spelling) => written.includes(spelling))).toBe(true);
  }
});

for (const engine of engines)
  test.each(products)(
    `S8: on ${engine}, at %s, before and after renewing`,
    async (product) => {
      const world = await openWorld({ engine, product });
      const connectionIds = await world.connectEnded(3);
      const child = await world.start();
      await child.ask({ connectionIds, callers: 2 });
      const renewed = await Promise.all(
        connectionIds.map(async (id) => (await world.vault.token(id, { caller: "test" })).accessToken),
      );
      const tokens = [...world.issued, ...renewed].map((token) => token.reveal());
      expect(new Set(tokens).size).toBe(9);
      await child.end();
      let isSearched = false;
      for (const folder of await foldersOf(world.database, world.place)) {
        for (const bytes of filesIn(folder)) {
          isSearched ||= bytes.includes(connectionIds[0] ?? "none");
          for (const token of tokens)
            for (const spelling of spellings(token)) expect(bytes.includes(spelling)).toBe(false);
        }
      }
      // The search would find something: the ids of the connections are there.
      expect(isSearched).toBe(true);
    },
    60_000,
  );
