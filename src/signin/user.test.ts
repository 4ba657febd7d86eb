import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { frozenClock } from "../../tests/frozen-clock.ts";
import type { Audit, AuditEvent } from "../audit/audit.ts";
import type { Profile } from "../bitbucket/profile/profile.ts";
import { readProfile } from "../bitbucket/profile/profile.ts";
import { type Database, openDatabase } from "../storage/database.ts";
import { findUser } from "../storage/tables/users.ts";
import { resolveUser } from "./user.ts";

const clock = frozenClock();
let database: Database;
let recorded: AuditEvent[];
beforeEach(async () => {
  database = await openDatabase(":memory:", { clock });
  recorded = [];
});
afterEach(() => database.close());

const audit: Pick<Audit, "transaction"> = {
  transaction: (work) => database.transaction((db) => work(db, async (event) => note(event))),
};

const note = (event: AuditEvent) => {
  if (event.event.startsWith("identity.")) recorded.push(event);
};

type Address = readonly [email: string, isPrimary: boolean, isConfirmed: boolean];
interface Come {
  readonly instance?: string;
  readonly username?: string;
  readonly emails?: readonly Address[];
  readonly more?: Partial<Profile>;
}

function profile(
  id: string,
  { instance = "bitbucket", username, emails = [], more = {} }: Come = {},
): Profile {
  const addresses = emails.map(([email, isPrimary, isConfirmed]) => ({ email, isPrimary, isConfirmed }));
  const user = { type: "user", uuid: id, display_name: `Person ${id}`, username };
  return { ...readProfile(instance, user, addresses), ...more };
}

const come = (id: string, person: Come = {}, joinsByEmail = false, entityRef: string | null = null) =>
  audit.transaction((db, record) =>
    resolveUser(db, record, { profile: profile(id, person), entityRef, now: clock.now(), joinsByEmail }),
  );

const confirmed = (email: string): readonly Address[] => [[email, true, true]];

describe("a user name that changed hands", () => {
  test("E4, E5: is another person, and the record says who had it before, once", async () => {
    const first = await come("1", { username: "Ada" });
    const second = await come("2", { username: "ada" });
    expect(second).toMatchObject({ isNew: true, nameTakenFrom: [first.userId] });
    expect(second.userId).not.toBe(first.userId);
    expect((await come("2", { username: "ada" })).nameTakenFrom).toEqual([]);
    expect(recorded).toEqual([
      {
        event: "identity.name_taken",
        actor: `user ${second.userId}`,
        facts: { instance: "bitbucket", user: first.userId },
      },
    ]);
  });

  test("E4: the one who had it stays the same person, under whatever name", async () => {
    const first = await come("1", { username: "ada" });
    await come("2", { username: "ada" });
    expect(await come("1", { username: "countess" })).toMatchObject({
      userId: first.userId,
      nameTakenFrom: [],
    });
  });

  test("E4: somebody known who takes it over is told of too", async () => {
    const first = await come("1", { username: "ada" });
    await come("2", { username: "bea" });
    expect((await come("2", { username: "ada" })).nameTakenFrom).toEqual([first.userId]);
  });

  test("E6: the same name at another instance is nobody's affair", async () => {
    await come("1", { username: "ada" });
    expect((await come("1", { username: "ada", instance: "dc" })).nameTakenFrom).toEqual([]);
    expect(recorded).toEqual([]);
  });
});

describe("an e-mail that is known", () => {
  test("E1, E3: makes nobody the same person by itself, confirmed or not", async () => {
    const first = await come("1", { emails: confirmed("ada@example.com") });
    const second = await come("2", { emails: confirmed("ada@example.com") });
    expect(second).toMatchObject({ isNew: true, hasJoined: false });
    expect(second.userId).not.toBe(first.userId);
  });

  test("where the operator wants it so, one that both have confirmed does, however it is spelled", async () => {
    const first = await come("1", { emails: confirmed("ada@bücher.example") });
    const second = await come(
      "2",
      { instance: "second", emails: confirmed("ADA@xn--bcher-kva.example") },
      true,
    );
    expect(second).toMatchObject({ userId: first.userId, isNew: true, hasJoined: true });
    expect(recorded).toEqual([
      {
        event: "identity.linked",
        actor: `user ${first.userId}`,
        facts: { instance: "second", subject: "2", by: "e-mail" },
      },
    ]);
    expect(await come("2", { instance: "second" }, true)).toMatchObject({ isNew: false, hasJoined: false });
  });

  test.each<[string, Come, Come]>([
    [
      "listed where it is new",
      { emails: confirmed("a@example.com") },
      { emails: [["a@example.com", true, false]] },
    ],
    [
      "listed where it is known",
      { emails: [["a@example.com", true, false]] },
      { emails: confirmed("a@example.com") },
    ],
    [
      "chosen by its position",
      { emails: confirmed("a@example.com") },
      { emails: [["a@example.com", false, true]] },
    ],
    [
      "of a Data Center",
      { emails: confirmed("a@example.com") },
      { more: { email: "a@example.com", emailStanding: "listed" } },
    ],
    ["with another tag", { emails: confirmed("a@example.com") }, { emails: confirmed("a+b@example.com") }],
    ["quoted", { emails: confirmed('"a"@example.com') }, { emails: confirmed('"a"@example.com') }],
    [
      "in another alphabet",
      { emails: confirmed("a@example.com") },
      { emails: confirmed("\u0430@example.com") },
    ],
  ])("E1, E2, E3, E10: never one that is %s", async (_, known, arriving) => {
    const first = await come("1", known, true);
    const second = await come("2", arriving, true);
    expect(second).toMatchObject({ isNew: true, hasJoined: false });
    expect(second.userId).not.toBe(first.userId);
  });

  test("nor where two users have it, or the catalog says that they are two", async () => {
    const first = await come("1", { emails: confirmed("a@example.com") });
    await come("2", { emails: confirmed("a@example.com") });
    expect((await come("3", { emails: confirmed("a@example.com") }, true)).hasJoined).toBe(false);
    await come("4", { emails: confirmed("b@example.com") }, false, "user:default/bea");
    const other = await come("5", { emails: confirmed("b@example.com") }, true, "user:default/eve");
    expect(other.hasJoined).toBe(false);
    expect(other.userId).not.toBe(first.userId);
  });

  test("nor one that its owner has no more", async () => {
    await come("1", { emails: confirmed("a@example.com") });
    await come("1", { emails: confirmed("b@example.com") });
    expect((await come("2", { emails: confirmed("a@example.com") }, true)).hasJoined).toBe(false);
  });
});

test("E16: what is kept of a profile is short, one line, and leads to no script", async () => {
  const huge = "x".repeat(1_000_000);
  const { userId } = await come("1", {
    username: huge,
    more: {
      displayName: `\u202e${huge}`,
      email: `${huge}@example.com`,
      avatarUrl: `https://a.example/${huge}`,
    },
  });
  expect(await findUser(database.kysely, userId)).toMatchObject({ email: null, avatar_url: null });
  const [identity] = await database.kysely.selectFrom("identities").selectAll().execute();
  expect(JSON.stringify(identity).length).toBeLessThan(1_000);
  for (const avatarUrl of [
    "http://a.example/x",
    "javascript:alert(1)",
    "data:text/html,x",
    "x",
    "//a.example",
  ]) {
    await come("1", { more: { avatarUrl } });
    expect((await findUser(database.kysely, userId))?.avatar_url).toBeNull();
  }
  for (const avatarUrl of ["https://a.example/x", "http://127.0.0.1:8800/x"]) {
    await come("1", { more: { avatarUrl } });
    expect((await findUser(database.kysely, userId))?.avatar_url).toBe(avatarUrl);
  }
});

test("E10: an e-mail with a line break is none", async () => {
  const { userId } = await come("1", { emails: confirmed("a@example.com\r\nBcc: eve@evil.example") });
  expect(await findUser(database.kysely, userId)).toMatchObject({ email: null, email_verified: 0 });
});
