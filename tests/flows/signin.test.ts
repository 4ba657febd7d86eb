/** Signing in with the local Bitbucket. */
import { afterEach, describe, expect, test } from "vitest";
import type { Seed } from "../../src/emulator/core/seed.ts";
import { createEmulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { failureOf } from "../failure.ts";
import { baseUrl, type House, instanceAt, openHouse, roundTrip, signIn } from "./house.ts";

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((thing) => thing.close()));
});

async function open(options: EmulatorOptions = {}): Promise<House> {
  const house = await openHouse(options);
  running.push(house);
  return house;
}

const users = ({ database }: House) => database.kysely.selectFrom("users").selectAll().execute();

const sessionId = async ({ sessions }: House, token: string) => (await sessions.find(token))?.id;

/** A world with one person in it. */
function worldOf(person: NonNullable<Seed["people"]>[number]): Seed {
  return {
    people: [person],
    workspaces: [{ slug: "acme", members: [{ person: person.username ?? "", administrator: true }] }],
    consumers: [
      {
        workspace: "acme",
        name: "App",
        callbackUrl: `${baseUrl}/auth/bitbucket/callback`,
        scopes: ["account", "email"],
      },
    ],
  };
}

describe("signing in", () => {
  test("G1: the first time makes a user, the second finds the same one", async () => {
    const house = await open();
    const first = await signIn(house);
    const second = await signIn(house);
    expect([first.isNew, second.isNew]).toEqual([true, false]);
    expect(second.userId).toBe(first.userId);
    expect(await users(house)).toMatchObject([
      { id: first.userId, display_name: "John Doe", email: "user@example.com", email_verified: 1 },
    ]);
    expect(await house.sessions.find(second.sessionToken)).toMatchObject({
      user: { id: first.userId, displayName: "John Doe", email: "user@example.com", emailVerified: true },
      instanceId: "bitbucket",
    });
  });

  test("G1: two first sign-ins at the same moment make one user", async () => {
    const house = await open();
    const trips = [await roundTrip(house), await roundTrip(house)];
    const results = await Promise.all(trips.map((trip) => house.signin.signIn(trip)));
    expect(new Set(results.map(({ userId }) => userId)).size).toBe(1);
    expect(await users(house)).toHaveLength(1);
  });

  test("E4: whoever takes over another's user name and e-mail is somebody else; who changed them is the same", async () => {
    const [ada, eve] = ["00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000e"];
    const emails = [{ address: "ada@example.com", primary: true, confirmed: true }];
    const house = await open({
      seed: worldOf({ uuid: ada, username: "ada", displayName: "Ada", emails }),
      autoApprove: "ada",
    });
    const before = await signIn(house);
    for (const [person, userId] of [
      [{ uuid: ada, username: "countess", displayName: "Ada King", emails: [] }, before.userId],
      [{ uuid: eve, username: "ada", displayName: "Ada", emails }, null],
    ] as const) {
      const emulator = await createEmulator({
        seed: worldOf({ ...person, emails: [...person.emails] }),
        autoApprove: person.username,
        clock: house.clock,
      });
      running.push(emulator);
      house.known.set("bitbucket", instanceAt(emulator));
      const after = await signIn(house);
      if (userId === null) expect(after.userId).not.toBe(before.userId);
      else expect(after.userId).toBe(userId);
    }
    expect((await users(house)).map((user) => [user.display_name, user.email])).toEqual([
      ["Ada King", null],
      ["Ada", "ada@example.com"],
    ]);
  });

  test("G18: without the e-mail permission a person still comes in, without an address", async () => {
    const house = await open();
    const { tokens } = await roundTrip(house, { scopes: ["account"] });
    const { profile, userId } = await house.signin.signIn({ instanceId: "bitbucket", tokens });
    expect(profile.emailMissingReason).toContain("email");
    expect(await users(house)).toMatchObject([{ id: userId, email: null, email_verified: 0 }]);
  });

  test("an unconfirmed address is kept as unconfirmed, and somebody without any comes in too", async () => {
    for (const [autoApprove, email] of [
      ["uma", "uma@example.com"],
      ["nora", null],
    ] as const) {
      const house = await open({ autoApprove });
      await signIn(house);
      expect(await users(house)).toMatchObject([{ email, email_verified: 0 }]);
    }
  });

  test("D1: each sign-in opens a new session and ends the one the browser had", async () => {
    const house = await open();
    const first = await signIn(house);
    const second = await signIn(house, await sessionId(house, first.sessionToken));
    expect(second.sessionToken).not.toBe(first.sessionToken);
    expect(await house.sessions.find(first.sessionToken)).toBeNull();
    expect(await house.sessions.find(second.sessionToken)).not.toBeNull();
  });

  test("D2: signing out ends the session in every copy at once", async () => {
    const house = await open();
    const { sessionToken } = await signIn(house);
    await house.sessions.end(sessionToken);
    expect(await house.sessions.find(sessionToken)).toBeNull();
  });

  test("when Bitbucket cannot say who it is, nobody is signed in and the session before lives on", async () => {
    const house = await open();
    const { sessionToken } = await signIn(house);
    const { tokens } = await roundTrip(house);
    house.emulator.control.addFault({ path: "/2.0/user", kind: "status", status: 503 });
    const again = {
      instanceId: "bitbucket",
      tokens,
      previousSessionId: await sessionId(house, sessionToken),
    };
    expect((await failureOf(house.signin.signIn(again))).code).toBe("bitbucket.unavailable");
    expect(await house.sessions.find(sessionToken)).not.toBeNull();
  });

  test("S8: of a sign-in no token and no session is left in the database", async () => {
    const house = await open();
    const { tokens } = await roundTrip(house);
    const { sessionToken } = await house.signin.signIn({ instanceId: "bitbucket", tokens });
    const bytes = await house.bytes();
    for (const secret of [
      tokens.accessToken.reveal(),
      tokens.refreshToken?.reveal() ?? "none",
      sessionToken,
    ]) {
      expect(bytes.includes(secret)).toBe(false);
    }
    expect(await house.database.kysely.selectFrom("connection_secrets").selectAll().execute()).toEqual([]);
  });
});
