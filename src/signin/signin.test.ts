import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { findAmong } from "../../tests/find-among.ts";
import { frozenClock } from "../../tests/frozen-clock.ts";
import { silentRecord } from "../../tests/silent-record.ts";
import { Secret } from "../base/secret.ts";
import { cloudInstance } from "../bitbucket/cloud.ts";
import { annotations } from "../catalog/annotations.ts";
import { createCatalog } from "../catalog/catalog.ts";
import { createSessions } from "../sessions/sessions.ts";
import { type Database, openDatabase } from "../storage/database.ts";
import type { SigninPolicy } from "./policy.ts";
import { createSignin, type Signin } from "./signin.ts";

const person = {
  type: "user",
  uuid: "{7d3a178a-a087-4756-b2da-2f9eadf50ba8}",
  display_name: "Jane Doe",
  links: { avatar: { href: "https://secure.example/avatar" } },
};
const bitbucket = cloudInstance({ clientId: "key", clientSecret: "secret" });
const second = cloudInstance({ id: "second", clientId: "key", clientSecret: "secret" });

let database: Database;
let signin: Signin;
/** What `GET /user` answers. */
let user: unknown;

beforeEach(async () => {
  const clock = frozenClock();
  database = await openDatabase(":memory:", { clock });
  user = person;
  signin = createSignin({
    ...silentRecord(database),
    clock,
    sessions: createSessions({ database, clock }),
    instances: findAmong(() => [bitbucket, second]),
    fetch: async (url) => Response.json(url.endsWith("/user") ? user : { values: [] }),
  });
});
afterEach(() => database.close());

const signIn = (instanceId = "bitbucket") =>
  signin.signIn({ instanceId, tokens: { accessToken: new Secret("granted") } });
const users = () => database.kysely.selectFrom("users").selectAll().execute();

describe("who is signed in", () => {
  test("E7: a profile without a usable id signs nobody in", async () => {
    for (const uuid of [undefined, null, "", "{}", " ", 7, ["a"], { a: "b" }, false]) {
      user = { ...person, uuid };
      expect((await failureOf(signIn())).code).toBe("bitbucket.profile_without_id");
    }
    for (const odd of [[], null, "user", 7]) {
      user = odd;
      await failureOf(signIn());
    }
    expect(await users()).toEqual([]);
    expect(await database.kysely.selectFrom("sessions").selectAll().execute()).toEqual([]);
  });

  test("E7: an id is the same with and without braces, and may be named like a property of objects", async () => {
    const { userId } = await signIn();
    user = { ...person, uuid: "7d3a178a-a087-4756-b2da-2f9eadf50ba8" };
    expect((await signIn()).userId).toBe(userId);
    user = { ...person, uuid: "__proto__" };
    expect((await signIn()).userId).not.toBe(userId);
    expect((await signIn()).isNew).toBe(false);
  });

  test("E8: an app or a team is not a person", async () => {
    for (const type of ["app_user", "team", "", null, 7]) {
      user = { ...person, type };
      expect((await failureOf(signIn())).code).toBe("signin.not_a_person");
    }
    expect(await users()).toEqual([]);
  });

  test("E8: nor does an account that is not in use come in", async () => {
    for (const account_status of ["inactive", "closed", ""]) {
      user = { ...person, account_status };
      expect((await failureOf(signIn())).code).toBe("bitbucket.person_inactive");
    }
    user = { ...person, account_status: "active" };
    expect((await signIn()).isNew).toBe(true);
  });

  test("E6: the same id at another instance is another person", async () => {
    const [here, there] = [await signIn(), await signIn("second")];
    expect(there.userId).not.toBe(here.userId);
  });

  test("A3: at an instance that is not set up, nobody is", async () => {
    expect((await failureOf(signIn("constructor"))).code).toBe("instances.unknown");
  });
});

describe("what is written down", () => {
  test("E16: a name is one readable line, however long and whatever is in it", async () => {
    const names = {
      "Jane Doe": "Jane Doe",
      "  Jane\u202e eoD\u0000\n ": "Jane eoD",
      "<script>alert(1)</script>": "<script>alert(1)</script>",
      ["🏗".repeat(5000)]: "🏗".repeat(200),
    };
    for (const [given, kept] of Object.entries(names)) {
      user = { ...person, display_name: given };
      await signIn();
      expect((await users())[0]?.display_name).toBe(kept);
    }
  });

  test("without a display name the nickname stands in, then the user name, then a word for it", async () => {
    const fallbacks: [object, string][] = [
      [{ nickname: "Jane", username: "jdoe" }, "Jane"],
      [{ username: "jdoe" }, "jdoe"],
      [{}, "Bitbucket user"],
    ];
    for (const [names, kept] of fallbacks) {
      user = { ...person, display_name: " \u202e ", ...names };
      await signIn();
      expect((await users())[0]?.display_name).toBe(kept);
    }
  });

  test("a link that would run script is no avatar", async () => {
    user = { ...person, links: { avatar: { href: "javascript:alert(1)" } } };
    await signIn();
    expect((await users())[0]?.avatar_url).toBeNull();
  });

  test("of the profile, what Bitbucket answered word for word is not kept", async () => {
    user = { ...person, location: "somewhere private" };
    await signIn();
    const [identity] = await database.kysely.selectFrom("identities").selectAll().execute();
    expect(JSON.parse(identity?.profile_json ?? "")).toMatchObject({ displayName: "Jane Doe" });
    expect(identity?.profile_json).not.toContain("somewhere private");
  });
});

describe("where a resolver decides", () => {
  const entity = { ref: "user:default/jane", place: "org.yaml" };
  const known = createCatalog([{ ...entity, annotations: { [annotations.userId]: person.uuid } }]);
  const admitted = (policy: SigninPolicy, catalog = known) =>
    createSignin({
      ...silentRecord(database),
      clock: frozenClock(),
      sessions: createSessions({ database, clock: frozenClock() }),
      instances: async () => bitbucket,
      fetch: async (url) => Response.json(url.endsWith("/user") ? user : { values: [] }),
      admission: { policy: () => policy, catalog: async () => catalog },
    });
  const request = { instanceId: "bitbucket", tokens: { accessToken: new Secret("granted") } };
  const byId: SigninPolicy = {
    kind: "resolvers",
    resolvers: [{ resolver: "userIdMatchingUserEntityAnnotation" }],
  };

  test("the user is kept with the entity, and with the one found the next time", async () => {
    await admitted(byId).signIn(request);
    expect(await users()).toMatchObject([{ entity_ref: "user:default/jane" }]);
    await admitted({ kind: "first-sign-in" }).signIn(request);
    expect(await users()).toMatchObject([{ entity_ref: null }]);
  });

  test("nobody is written down whom no entity knows, or where nobody can sign in", async () => {
    expect((await failureOf(admitted(byId, createCatalog([])).signIn(request))).code).toBe(
      "signin.no_entity",
    );
    const closed = admitted({ kind: "nobody" });
    expect((await failureOf(closed.signIn(request))).code).toBe("signin.no_resolver");
    expect((await failureOf(() => closed.admit("bitbucket"))).code).toBe("signin.no_resolver");
    expect(await users()).toEqual([]);
    expect(await database.kysely.selectFrom("sessions").selectAll().execute()).toEqual([]);
  });
});
