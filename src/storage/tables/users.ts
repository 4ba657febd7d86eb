/** Owns the rows of people known to the app. */
import type { Executor } from "../database.ts";
import type { NewUser, UsersTable } from "../schema.ts";

export async function insertUser(db: Executor, user: NewUser): Promise<void> {
  await db.insertInto("users").values(user).execute();
}

export async function findUser(db: Executor, id: string): Promise<UsersTable | undefined> {
  return db.selectFrom("users").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Writes what the latest profile says; id and `created_at` stay. */
export async function updateUser(
  db: Executor,
  id: string,
  changes: Partial<Omit<UsersTable, "id" | "created_at">>,
): Promise<void> {
  await db.updateTable("users").set(changes).where("id", "=", id).execute();
}

/** Those whose e-mail Bitbucket has confirmed to be this one, in its canonical spelling. */
export async function listUsersByConfirmedEmail(db: Executor, email: string): Promise<UsersTable[]> {
  return db.selectFrom("users").selectAll().where("confirmed_email", "=", email).execute();
}
