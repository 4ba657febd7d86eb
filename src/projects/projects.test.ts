import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { frozenClock } from "../../tests/frozen-clock.ts";
import { silentRecord } from "../../tests/silent-record.ts";
import type { ShiftableClock } from "../base/clock.ts";
import { type Database, openDatabase } from "../storage/database.ts";
import { insertUser } from "../storage/tables/users.ts";
import { createProjects, type Projects } from "./projects.ts";

let clock: ShiftableClock;
let database: Database;
let projects: Projects;

beforeEach(async () => {
  clock = frozenClock();
  database = await openDatabase(":memory:", { clock });
  projects = createProjects({ database, clock, ...silentRecord(database), async onRemoved() {} });
  for (const id of ["usr_ada", "usr_bea"]) await addUser(id);
});
afterEach(() => database.close());

async function addUser(id: string) {
  const now = clock.now().toISOString();
  const rest = { email: null, email_verified: 0, avatar_url: null, created_at: now, last_signed_in_at: now };
  await insertUser(database.kysely, { id, display_name: id, ...rest });
}

const codeOf = async (work: Promise<unknown>) => (await failureOf(work)).code;

describe("a project", () => {
  test("is its maker's, newest first in the list", async () => {
    const shop = await projects.create({ name: "Shop", userId: "usr_ada" });
    clock.advance(1);
    const bank = await projects.create({ name: "Bank", userId: "usr_ada" });
    await projects.create({ name: "Zoo", userId: "usr_bea" });
    expect(await projects.list("usr_ada")).toEqual([bank, shop]);
    expect(await projects.get(shop.id, "usr_ada")).toEqual(shop);
    expect(shop).toMatchObject({ name: "Shop", madeBy: "usr_ada" });
  });

  test("H14: that is somebody else's looks like one that is missing, to every call", async () => {
    const { id } = await projects.create({ name: "Shop", userId: "usr_ada" });
    for (const [project, user] of [
      [id, "usr_bea"],
      ["prj_missing", "usr_ada"],
      ["", ""],
    ] as const) {
      expect(await codeOf(projects.get(project, user))).toBe("projects.not_found");
      expect(await codeOf(projects.rename(project, user, "Mine"))).toBe("projects.not_found");
      expect(await codeOf(projects.remove(project, user))).toBe("projects.not_found");
    }
    expect((await projects.get(id, "usr_ada")).name).toBe("Shop");
  });

  test("can be renamed and removed by its maker", async () => {
    const { id } = await projects.create({ name: "Shop", userId: "usr_ada" });
    expect(await projects.rename(id, "usr_ada", " Store ")).toMatchObject({ id, name: "Store" });
    expect((await projects.get(id, "usr_ada")).name).toBe("Store");
    await projects.remove(id, "usr_ada");
    expect(await projects.list("usr_ada")).toEqual([]);
  });

  test("has a name of 1 to 80 characters, trimmed, whatever the script", async () => {
    const named = async (name: string) => (await projects.create({ name, userId: "usr_ada" })).name;
    expect(await named("  Online\u00a0 shop  ")).toBe("Online shop");
    expect(await named("店".repeat(80))).toBe("店".repeat(80));
    expect(await named("🏗️")).toBe("🏗️");
    expect(await named("<b>& co</b>")).toBe("<b>& co</b>");
    for (const name of ["", "   ", "x".repeat(81), "two\nlines", "\u0000", "a\u202eb", "\ud800", "\u200b"]) {
      expect(await codeOf(named(name))).toBe("projects.name_unusable");
    }
  });
});
