/** Owns telling the two engines apart by where the database is. */
import { Secret } from "../base/secret.ts";

export type Engine = "sqlite" | "postgres";

/** The path of an SQLite file, `:memory:`, or a PostgreSQL URL, which as a rule holds a password. */
export type Place = string | Secret;

export function engineOf(place: Place): Engine {
  return isPostgresUrl(reveal(place)) ? "postgres" : "sqlite";
}

/** Whether it begins with `postgres://` or `postgresql://`. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//i.test(text);
}

export function reveal(place: Place): string {
  return place instanceof Secret ? place.reveal() : place;
}
