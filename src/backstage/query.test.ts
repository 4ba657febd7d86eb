import { expect, test } from "vitest";
import { createCatalog } from "../catalog/catalog.ts";
import { readEntities } from "../catalog/entities.ts";
import { beginResolving } from "./context.ts";
import { readUserRef, stringifyEntityRef } from "./entity.ts";
import { readQuery } from "./query.ts";

const john = {
  apiVersion: "backstage.io/v1alpha1",
  kind: "User",
  metadata: {
    name: "John",
    annotations: {
      "bitbucket.org/username": "johndoe",
      "bitbucket.org/user-id": "{A-b}",
      "acme.org/no": "7",
    },
  },
  spec: { profile: { email: "John@Example.com" }, memberOf: ["team-a"], active: true },
};

const { users } = readEntities({ name: "org.yaml", text: JSON.stringify(john) });

/** Whether a catalog of this one user gives them. */
async function fits(query: unknown): Promise<boolean> {
  const { findCatalogUser } = beginResolving(createCatalog(users)).context;
  try {
    await findCatalogUser(query as Parameters<typeof findCatalogUser>[0]); // as code without types may call it
    return true;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "NotFoundError") throw error;
    return false;
  }
}

test("a user is found by reference, whole or in parts, in any case", async () => {
  for (const entityRef of ["user:default/john", "John", "USER:John", "default/john", { name: "john" }])
    expect(await fits({ entityRef })).toBe(true);
  for (const entityRef of ["user:default/jane", "user:acme/john", { namespace: "acme", name: "john" }])
    expect(await fits({ entityRef })).toBe(false);
});

test("all annotations of a question have to be the user's, Bitbucket's spelled as everywhere in the house", async () => {
  expect(await fits({ annotations: { "bitbucket.org/user-id": "{a-B}" } })).toBe(true);
  expect(await fits({ annotations: { "bitbucket.org/user-id": "a-b", "acme.org/no": "7" } })).toBe(true);
  expect(await fits({ annotations: { "bitbucket.org/user-id": "a-b", "acme.org/no": "8" } })).toBe(false);
  expect(await fits({ annotations: { "bitbucket.org/username": "JohnDoe" } })).toBe(false);
  expect(await fits({ annotations: { constructor: "x" } })).toBe(false);
});

test("a filter has paths; of a list one value, of a list of filters one filter has to fit", async () => {
  for (const filter of [
    { "spec.profile.email": "john@EXAMPLE.com" },
    { kind: "user", "metadata.name": "john" },
    { "metadata.annotations.bitbucket.org/username": ["other", "johndoe"] },
    { "relations.memberOf": "group:default/team-a" },
    { "spec.memberOf": "team-a", "spec.active": "true" },
    { "metadata.name": "john", "metadata.namespace": "Default" },
    { "spec.profile.email": ["jane@example.com", "john@example.com"], "metadata.name": "john" },
    [{ "metadata.name": "jane" }, { "metadata.name": "john" }],
    [{ "metadata.name": "john" }, { "spec.profile.email": "john@example.com" }],
  ])
    expect(await fits({ filter })).toBe(true);
  for (const filter of [
    { "spec.profile.email": "john@example.org" },
    { kind: "Group", "metadata.name": "john" },
    { "spec.profile": "x" },
    { "spec.profile.email": "john@example.com", "metadata.name": "jane" },
    { "spec.memberOf.0": "team-a" },
    { "spec.memberOf": "team-a", "metadata.name": "jane" },
    { "relations.ownerOf": "group:default/team-a" },
  ])
    expect(await fits({ filter })).toBe(false);
});

test("a question that leaves out what it asks for finds nobody, not whoever is there", () => {
  for (const query of [
    undefined,
    null,
    "john",
    {},
    { entityRef: undefined },
    { entityRef: "" },
    { entityRef: "user:default/" },
    { entityRef: "user:default/john/doe" },
    { entityRef: { kind: "User" } },
    { entityRef: 7 },
    { entityRef: "john", annotations: { a: "b" } },
    { entityRef: "john", fallback: "user:default/guest" },
    { annotations: {} },
    { annotations: { "bitbucket.org/username": undefined } },
    { annotations: { "bitbucket.org/username": " " } },
    { annotations: { "acme.org/no": "7", "bitbucket.org/username": undefined } },
    { filter: {} },
    { filter: [] },
    { filter: [{ "metadata.name": "john" }, {}] },
    { filter: { kind: "User" } },
    { filter: { Kind: "User", "metadata.namespace": "default" } },
    { filter: { "spec.profile.email": undefined } },
    { filter: { "spec.profile.email": [] } },
    { filter: { "spec.profile.email": Symbol("exists") } },
    { entityRef: "group:default/john" },
    { entityRef: { kind: "Group", name: "john" } },
  ])
    expect(() => readQuery(query)).toThrow(expect.objectContaining({ code: "backstage.query_unusable" }));
});

test("a reference is written whole and in lower case, and what is no name is none", () => {
  expect(stringifyEntityRef({ kind: "Group", namespace: "Acme", name: "A" })).toBe("group:acme/a");
  expect(stringifyEntityRef({ kind: "User", metadata: { name: "John" } })).toBe("user:default/john");
  const wrong = ["", "{7d3a178a}", "a b", "-a", "a".repeat(64), "a\nb", "käse", "group:default/a", "a:b/c/d"];
  for (const name of wrong) expect([readUserRef(name), readUserRef({ name })]).toEqual([null, null]);
});
