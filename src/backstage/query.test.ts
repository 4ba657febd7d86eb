import { expect, test } from "vitest";
import type { Entity } from "./entity.ts";
import { readRef, stringifyEntityRef } from "./entity.ts";
import { answers, readQuery } from "./query.ts";

const john: Entity = {
  apiVersion: "backstage.io/v1alpha1",
  kind: "User",
  metadata: {
    name: "John",
    namespace: "default",
    annotations: {
      "bitbucket.org/username": "johndoe",
      "bitbucket.org/user-id": "{A-b}",
      "acme.org/no": "7",
    },
  },
  spec: { profile: { email: "John@Example.com" }, memberOf: ["team-a"], active: true },
  relations: [{ type: "memberOf", targetRef: "group:default/team-a" }],
};

const fits = (query: unknown) => answers(john, readQuery(query));

test("a user is found by reference, whole or in parts, in any case", () => {
  for (const entityRef of ["user:default/john", "John", "USER:John", "default/john", { name: "john" }])
    expect(fits({ entityRef })).toBe(true);
  for (const entityRef of ["user:default/jane", "group:default/john", { kind: "Group", name: "john" }])
    expect(fits({ entityRef })).toBe(false);
});

test("all annotations of a question have to be the user's, Bitbucket's spelled as everywhere in the house", () => {
  expect(fits({ annotations: { "bitbucket.org/user-id": "{a-B}" } })).toBe(true);
  expect(fits({ annotations: { "bitbucket.org/user-id": "a-b", "acme.org/no": "7" } })).toBe(true);
  expect(fits({ annotations: { "bitbucket.org/user-id": "a-b", "acme.org/no": "8" } })).toBe(false);
  expect(fits({ annotations: { "bitbucket.org/username": "JohnDoe" } })).toBe(false);
  expect(fits({ annotations: { constructor: "x" } })).toBe(false);
});

test("a filter has paths; of a list one value, of a list of filters one filter has to fit", () => {
  for (const filter of [
    { "spec.profile.email": "john@EXAMPLE.com" },
    { kind: "user", "metadata.name": "john" },
    { "metadata.annotations.bitbucket.org/username": ["other", "johndoe"] },
    { "relations.memberOf": "group:default/team-a" },
    { "spec.memberOf": "team-a", "spec.active": "true" },
    [{ "metadata.name": "jane" }, { "metadata.name": "john" }],
  ])
    expect(fits({ filter })).toBe(true);
  for (const filter of [
    { "spec.profile.email": "john@example.org" },
    { kind: "Group", "metadata.name": "john" },
    { "spec.profile": "x" },
    { "spec.memberOf": "team-a", "metadata.name": "jane" },
    { "relations.ownerOf": "group:default/team-a" },
  ])
    expect(fits({ filter })).toBe(false);
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
  ])
    expect(() => readQuery(query)).toThrow(expect.objectContaining({ code: "backstage.query_unusable" }));
});

test("a reference is written whole and in lower case, and what is no name is none", () => {
  expect(stringifyEntityRef(john)).toBe("user:default/john");
  expect(stringifyEntityRef({ kind: "Group", namespace: "Acme", name: "A" })).toBe("group:acme/a");
  for (const name of ["", "{7d3a178a}", "a b", "-a", "a".repeat(64), "a\nb", "käse"])
    expect(readRef(name)).toBeNull();
});
