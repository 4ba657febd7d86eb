import { expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { readProfile } from "../bitbucket/profile/profile.ts";
import { annotations } from "../catalog/annotations.ts";
import { createCatalog } from "../catalog/catalog.ts";
import { type ResolverName, resolveEntity } from "./resolvers.ts";

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
    annotations: new Map([[annotation, value]]),
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
  resolveEntity(catalog, names, person(uuid, username));

test("each resolver finds by its own annotation", () => {
  expect(resolve([byName], "{a-1}", "johndoe").entityRef).toBe("user:default/john");
  expect(resolve([byId], "{b-2}", "johndoe").entityRef).toBe("user:default/jane");
});

test("the first that finds somebody decides", () => {
  expect(resolve([byName, byId], "{b-2}", "johndoe").entityRef).toBe("user:default/john");
  expect(resolve([byId, byName], "{b-2}", "johndoe").entityRef).toBe("user:default/jane");
});

test("the chain goes on after any miss, and tells the operator each attempt", () => {
  expect(resolve([byName, byId], "{b-2}")).toEqual({
    entityRef: "user:default/jane",
    attempts: [
      {
        resolver: byName,
        annotation: annotations.username,
        value: null,
        outcome: "the profile has no such value",
      },
      { resolver: byId, annotation: annotations.userId, value: "b-2", outcome: "is user:default/jane" },
    ],
  });
  expect(resolve([byName, byId], "{b-2}", "JohnDoe").attempts[0]?.outcome).toBe(
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
