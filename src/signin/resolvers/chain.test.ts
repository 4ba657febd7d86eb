import { describe, expect, test } from "vitest";
import { failureOf } from "../../../tests/failure.ts";
import { type Profile, readProfile } from "../../bitbucket/profile/profile.ts";
import { annotations } from "../../catalog/annotations.ts";
import { createCatalog } from "../../catalog/catalog.ts";
import { isEntityName } from "../../catalog/references.ts";
import { resolveEntity } from "./chain.ts";
import type { ResolverChoice, ResolverName } from "./choice.ts";
import { madeUpReference } from "./made-up-name.ts";
import type { OwnResolver } from "./own.ts";

const [byName, byId] = [
  "usernameMatchingUserEntityAnnotation",
  "userIdMatchingUserEntityAnnotation",
] as const;

const catalog = createCatalog(
  (
    [
      ["john", annotations.username, "johndoe"],
      ["jane", annotations.userId, "{B-2}"],
      ["twin-one", annotations.username, "twin"],
      ["twin-two", annotations.username, "twin"],
      ["twin-one", annotations.userId, "c-3"],
    ] as const
  ).map(([name, annotation, value]) => ({
    ref: `user:default/${name}`,
    annotations: { [annotation]: value },
    place: "org.yaml",
  })),
);

const person = (uuid: string, username?: string) =>
  readProfile(
    "bitbucket",
    { type: "user", uuid, display_name: "Somebody", ...(username && { username }) },
    [],
  );

const resolve = (names: readonly ResolverName[], uuid: string, username?: string) =>
  resolveEntity(
    catalog,
    names.map((resolver) => ({ resolver })),
    person(uuid, username),
  );

test("each resolver finds by its own annotation", async () => {
  expect((await resolve([byName], "{a-1}", "johndoe")).entityRef).toBe("user:default/john");
  expect((await resolve([byId], "{b-2}", "johndoe")).entityRef).toBe("user:default/jane");
});

test("the first that finds somebody decides", async () => {
  expect((await resolve([byName, byId], "{b-2}", "johndoe")).entityRef).toBe("user:default/john");
  expect((await resolve([byId, byName], "{b-2}", "johndoe")).entityRef).toBe("user:default/jane");
});

test("the chain goes on after any miss, and tells the operator each attempt", async () => {
  expect(await resolve([byName, byId], "{b-2}")).toEqual({
    entityRef: "user:default/jane",
    attempts: [
      {
        resolver: byName,
        lookedFor: annotations.username,
        value: null,
        outcome: "the profile has no such value",
      },
      { resolver: byId, lookedFor: annotations.userId, value: "b-2", outcome: "is user:default/jane" },
    ],
  });
  expect((await resolve([byName, byId], "{b-2}", "JohnDoe")).attempts[0]?.outcome).toBe(
    "no user has it, but one has johndoe",
  );
});

test("whoever is not found is refused: the annotations are named in the detail alone", async () => {
  const failure = await failureOf(() => resolve([byName, byId], "{z-9}", "mallory"));
  expect(failure.code).toBe("signin.no_entity");
  for (const part of ["bitbucket.org/username", '"mallory"', "bitbucket.org/user-id", '"z-9"', "Somebody"])
    expect(failure.detail).toContain(part);
  expect(failure.message + failure.cure).not.toMatch(/bitbucket\.org|mallory|annotation/);
  expect(failure.data).toEqual({});
});

test("two users for one annotation sign nobody in, whatever the next resolver would find", async () => {
  const failure = await failureOf(() => resolve([byName, byId], "{b-2}", "twin"));
  expect(failure.code).toBe("signin.several_entities");
  expect(failure.detail).toContain("user:default/twin-one, user:default/twin-two");
  expect(failure.message + failure.cure).not.toContain("twin");
});

const [byEmail, byLocalPart] = [
  "emailMatchingUserEntityProfileEmail",
  "emailLocalPartMatchingUserEntityName",
] as const;

const people = createCatalog(
  [
    ["ann", "ann@example.com"],
    ["twin-one", "twin@example.com"],
    ["twin-two", "Twin@example.com"],
    ["bob", undefined],
  ].map(([name, email]) => ({
    ref: `user:default/${name}`,
    annotations: { "acme.example/team": "a" },
    email,
    place: "org.yaml",
  })),
);

/** Whoever has this address at Bitbucket, confirmed or not. */
const writer = (email: string, isConfirmed = true): Profile =>
  readProfile("bitbucket", { type: "user", uuid: "{a-1}", display_name: "Somebody" }, [
    { email, isPrimary: true, isConfirmed },
  ]);

const ask = (choices: readonly ResolverChoice[], profile: Profile) => resolveEntity(people, choices, profile);

/** The user, or the code of the refusal. */
const outcomeOf = (choice: ResolverChoice, profile: Profile) =>
  ask([choice], profile).then(
    ({ entityRef }) => entityRef,
    ({ code }: { code: string }) => code,
  );

const none = "signin.no_entity";

describe("by e-mail", () => {
  test("only an address that Bitbucket has confirmed counts", async () => {
    for (const resolver of [byEmail, byLocalPart] as const) {
      const choice = { resolver, allowedDomains: ["example.com"] };
      expect(await outcomeOf(choice, writer("Ann@Example.COM"))).toBe("user:default/ann");
      expect(await outcomeOf(choice, writer("ann@example.com", false))).toBe(none);
      expect(await outcomeOf(choice, person("{a-1}", "ann"))).toBe(none);
      expect(
        await outcomeOf(
          { ...choice, dangerouslyAllowSignInWithoutUserInCatalog: true },
          writer("zoe@example.com", false),
        ),
      ).toBe(none);
    }
  });

  test.each([
    "example.com.evil.example",
    "evil-example.com",
    "sub.example.com",
    "exаmple.com",
    "example.com.",
  ])("an address at %s is none of an allowed domain", async (domain) => {
    for (const resolver of [byEmail, byLocalPart] as const)
      for (const dangerouslyAllowSignInWithoutUserInCatalog of [false, true])
        expect(
          await outcomeOf(
            { resolver, allowedDomains: ["example.com"], dangerouslyAllowSignInWithoutUserInCatalog },
            writer(`ann@${domain}`),
          ),
        ).toBe(none);
  });

  test("what stands behind a plus is another address, unless it was asked to be the same", async () => {
    for (const resolver of [byEmail, byLocalPart] as const) {
      const choice = { resolver, allowedDomains: ["example.com"] };
      expect(await outcomeOf(choice, writer("ann+mail@example.com"))).toBe(none);
      expect(await outcomeOf({ ...choice, stripPlusTag: true }, writer("ann+mail@example.com"))).toBe(
        "user:default/ann",
      );
      expect(await outcomeOf({ ...choice, stripPlusTag: true }, writer("+ann@example.com"))).toBe(none);
    }
  });

  test("two users with one address sign nobody in; a user without one is not found by nothing", async () => {
    expect(await outcomeOf({ resolver: byEmail }, writer("twin@example.com"))).toBe(
      "signin.several_entities",
    );
    expect(await outcomeOf({ resolver: byEmail }, writer(" "))).toBe(none);
  });

  test("a local part that is no name of an entity is nobody's", async () => {
    for (const local of ["a/b", "-ann-", "user:default/ann", "x".repeat(64)])
      expect(
        await outcomeOf(
          { resolver: byLocalPart, allowedDomains: ["example.com"] },
          writer(`${local}@example.com`),
        ),
      ).toBe(none);
  });

  test("a miss by e-mail does not keep the next resolver from being asked", async () => {
    const { entityRef, attempts } = await ask(
      [
        { resolver: byEmail },
        { resolver: byLocalPart, allowedDomains: ["other.example"] },
        { resolver: "firstSignIn" },
      ],
      writer("zoe@example.com"),
    );
    expect(entityRef).toBeNull();
    expect(attempts.map(({ outcome }) => outcome)).toEqual([
      "no user has it",
      "its domain is not allowed",
      "whoever comes is let in",
    ]);
  });
});

describe("the name of who is not in the catalog", () => {
  const choice = { resolver: byId, dangerouslyAllowSignInWithoutUserInCatalog: true };

  test("is legal and of one person alone, whatever they are called", async () => {
    expect(await outcomeOf(choice, person("{1A2B3C4D-0000-4000-8000-000000000000}", "ann"))).toBe(
      "user:default/bitbucket.1a2b3c4d-0000-4000-8000-000000000000",
    );
    const uuid = "1a2b3c4d-0000-4000-8000-000000000000";
    const all = [
      { instance: "bitbucket", id: uuid },
      { instance: "a-name-of-thirty-two-characters-x", id: uuid },
      { instance: "ends-with-dash-", id: "1" },
      { instance: "data-center", id: "1" },
      { instance: "data-center-1", id: "1" },
      { instance: "person", id: "{odd}" },
    ].map(madeUpReference);
    expect(new Set(all).size).toBe(all.length);
    for (const ref of all) expect(isEntityName(ref.slice("user:default/".length))).toBe(true);
  });

  test("is never that of a user of the catalog", async () => {
    const profile = person("{a-1}");
    const taken = createCatalog([{ ref: madeUpReference(profile), annotations: {}, place: "org.yaml" }]);
    const failure = await failureOf(resolveEntity(taken, [choice], profile));
    expect(failure.code).toBe("signin.several_entities");
  });

  test("is given only where it was asked for, and to nobody who is in it", async () => {
    expect(await outcomeOf({ resolver: byId }, person("{a-1}"))).toBe(none);
    const failure = await failureOf(
      resolveEntity(catalog, [{ ...choice, resolver: byName }], person("{b-2}", "twin")),
    );
    expect(failure.code).toBe("signin.several_entities");
  });
});

describe("a function of one's own", () => {
  const own = (resolver: OwnResolver) => outcomeOf({ resolver }, writer("ann@example.com"));

  test("finds by reference, annotations or its own test, and says as whom", async () => {
    expect(await own((_, { signInWithCatalogUser }) => signInWithCatalogUser({ entityRef: "Ann" }))).toBe(
      "user:default/ann",
    );
    expect(
      await own(async (_, context) =>
        context.signInWithCatalogUser(({ email }) => email === "ann@example.com"),
      ),
    ).toBe("user:default/ann");
    expect(await own((_, { signInAs }) => signInAs("guest/zoe"))).toBe("user:guest/zoe");
  });

  test("that finds nobody lets the next one be asked", async () => {
    for (const nobody of [
      ((_, { signInWithCatalogUser }) => signInWithCatalogUser({ entityRef: "zoe" })) satisfies OwnResolver,
      () => null,
      () => undefined,
    ])
      expect(
        (await ask([{ resolver: nobody }, { resolver: byEmail }], writer("ann@example.com"))).entityRef,
      ).toBe("user:default/ann");
  });

  test("for which several fit signs nobody in", async () => {
    expect(
      await own((_, context) => context.signInWithCatalogUser({ annotations: { "acme.example/team": "a" } })),
    ).toBe("signin.several_entities");
  });

  test("that throws an error of Backstage's name for it refuses, and no other one is asked, or is a conflict", async () => {
    const throwing = (name: string) => () => Promise.reject(Object.assign(new Error("said so"), { name }));
    const choices = [{ resolver: throwing("NotFoundError") }, { resolver: byEmail }];
    const failure = await failureOf(ask(choices, writer("ann@example.com")));
    expect(failure.code).toBe("signin.no_entity");
    expect(failure.detail).toMatch(/said so$/);
    expect(await own(throwing("ConflictError"))).toBe("signin.several_entities");
    expect(await own(throwing("Error"))).toBe("signin.resolver_failed");
  });

  const forged = { entityRef: "user:default/ann" };
  test.each<[string, unknown]>([
    ["throws", () => Promise.reject(new Error("hunter2 is the password"))],
    [
      "throws at once",
      () => {
        throw "text";
      },
    ],
    ["returns a name", () => "user:default/ann"],
    ["returns true", () => true],
    ["returns an object of its own", () => forged],
    [
      "asks with a missing value",
      (_: never, c: Parameters<OwnResolver>[1]) =>
        c.signInWithCatalogUser({ annotations: { "acme.example/team": undefined as never } }),
    ],
    [
      "asks with no value",
      (_: never, c: Parameters<OwnResolver>[1]) => c.signInWithCatalogUser({ annotations: {} }),
    ],
    ["signs in as a group", (_: never, c: Parameters<OwnResolver>[1]) => c.signInAs("group:default/team")],
    ["signs in as no name", (_: never, c: Parameters<OwnResolver>[1]) => c.signInAs("user:default/{a-1}")],
  ])("that %s signs nobody in, also where another one would", async (_, resolver) => {
    const choices = [{ resolver: resolver as OwnResolver }, { resolver: "firstSignIn" as const }];
    const failure = await failureOf(ask(choices, writer("ann@example.com")));
    expect(failure.code).toBe("signin.resolver_failed");
    expect(failure.message + failure.cure).not.toMatch(/hunter2|ann/);
    expect(failure.detail).toMatch(/it threw|it returned/);
    expect(failure.data).toEqual({});
  });

  test("cannot keep what was given in another sign-in", async () => {
    let kept: ReturnType<OwnResolver> = null;
    await own((_, { signInAs }) => {
      kept = signInAs("user:default/ann");
      return kept;
    });
    expect(await own(() => kept)).toBe("signin.resolver_failed");
  });
});
