import { sql } from "kysely";
import { expect, test } from "vitest";
import { findUser, insertUser } from "../../src/storage/tables/users.ts";
import { openEngine } from "./engines.ts";
import { ada } from "./rows.ts";

test("a disk that is full in the middle of a transaction is named, keeps nothing, and takes the next one", async () => {
  const { database, close } = await openEngine("sqlite");
  const large = { ...ada, id: "usr_large", display_name: "A".repeat(1_000_000) };
  await sql`pragma max_page_count = 1`.execute(database.kysely);
  const both = database.transaction(async (transaction) => {
    await insertUser(transaction, ada);
    await insertUser(transaction, large);
  });
  await expect(both).rejects.toMatchObject({ code: "storage.full" });
  expect(await findUser(database.kysely, ada.id)).toBeUndefined();
  await sql`pragma max_page_count = 1000000`.execute(database.kysely);
  await database.transaction((transaction) => insertUser(transaction, ada));
  expect(await findUser(database.kysely, ada.id)).toMatchObject({ id: ada.id });
  await close();
});
