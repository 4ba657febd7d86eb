/** Owns the rows of people known to the app. */
import type { Executor } from "../database.ts";
import { prepared, type Slots } from "../prepared.ts";
import type { NewUser, UsersTable } from "../schema.ts";

export async function insertUser(db: Executor, user: NewUser): Promise<void> {
  await db.insertInto("users").values(user).execute();
}

export async function findUser(db: Executor, id: string): Promise<UsersTable | undefined> {
  return db.selectFrom("users").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Writes what the latest profile says; `created_at` stays. */
export async function updateUser(db: Executor, user: Omit<UsersTable, "created_at">): Promise<void> {
  await update(db, user);
}

const update = prepared((db, given: Slots<Omit<UsersTable, "created_at">>) =>
  db
    .updateTable("users")
    .set({
      display_name: given("display_name"),
      email: given("email"),
      email_verified: given("email_verified"),
      confirmed_email: given("confirmed_email"),
      avatar_url: given("avatar_url"),
      entity_ref: given("entity_ref"),
      last_signed_in_at: given("last_signed_in_at"),
    })
    .where("id", "=", given("id")),
);

/** Those whose e-mail Bitbucket has confirmed to be this one, in its canonical spelling. */
export async function listUsersByConfirmedEmail(db: Executor, email: string): Promise<UsersTable[]> {
  return db.selectFrom("users").selectAll().where("confirmed_email", "=", email).execute();
}
