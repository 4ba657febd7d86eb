import { describe, expect, test } from "vitest";
import { annotations } from "./annotations.ts";
import { createCatalog } from "./catalog.ts";
import { readEntities, readInSteps } from "./entities.ts";

const read = (text: string) => readEntities({ name: "org.yaml", text });

/** A `User` document with these annotations. */
function user(name: string, given: Readonly<Record<string, string>> = {}, more = ""): string {
  const lines = Object.entries(given).map(([key, value]) => `\n    ${key}: ${JSON.stringify(value)}`);
  const list = lines.length === 0 ? "" : `\n  annotations:${lines.join("")}`;
  return `apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata:\n  name: ${name}${more}${list}\nspec:\n  memberOf: []\n`;
}

const catalogOf = (...documents: readonly string[]) => {
  const { users, groups } = read(documents.join("---\n"));
  return createCatalog(users, groups);
};

describe("a file of entities", () => {
  test("several documents give several users, each with the reference Backstage writes", () => {
    const { users, warnings } = read(
      ["# people\n", user("John"), user("jane.roe", {}, "\n  namespace: Acme"), "kind: Component\n"].join(
        "---\n",
      ),
    );
    expect(users.map(({ ref }) => ref)).toEqual(["user:default/john", "user:acme/jane.roe"]);
    expect(warnings).toEqual([]);
  });

  test("what is broken is named with its place and left out; the rest counts", () => {
    const { users, warnings } = read(
      [
        user("john"),
        "kind: User\nkind: User\n",
        "just text\n",
        user("-nobody-"),
        user("far", {}, "\n  namespace: no spaces here"),
        "kind: User\nmetadata: { name: old }\n",
        "apiVersion: backstage.io/v1alpha1\nkind: user\nmetadata: { name: small }\n",
        "apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: { name: n, annotations: { bitbucket.org/user-id: {a-b} } }\n",
        "apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: { name: n, annotations: { bitbucket.org/username: 12 } }\n",
        "kind: Location\nspec: { type: url, target: https://example.com/org.yaml }\n",
        user("jane"),
      ].join("---\n"),
    );
    expect(users.map(({ ref }) => ref)).toEqual(["user:default/john", "user:default/jane"]);
    expect(warnings).toHaveLength(9);
    for (const [index, reason] of [
      [2, /./],
      [3, /the document has no keys/],
      [4, /metadata.name is "-nobody-"/],
      [5, /metadata.namespace is "no spaces here"/],
      [6, /apiVersion is missing/],
      [7, /kind is user, not User/],
      [8, /bitbucket.org\/user-id is not text: put its value in quotation marks/],
      [9, /bitbucket.org\/username is not text/],
      [10, /locations of type "url" are not read/],
    ] as const) {
      const warning = warnings.find((each) => each.startsWith(`org.yaml, document ${index} is left out: `));
      expect(warning).toMatch(reason);
      expect(warning).not.toContain("\n");
    }
  });

  test("a Location names further files", () => {
    expect(read("kind: Location\nspec: { targets: [./a.yaml, b/*.yaml] }\n").targets).toEqual([
      "./a.yaml",
      "b/*.yaml",
    ]);
    expect(read("kind: Location\nspec: { type: file, target: c.yaml }\n").targets).toEqual(["c.yaml"]);
  });

  test("neither an empty file nor one that grows by aliases stops anything", () => {
    expect(read("")).toEqual({ users: [], groups: [], targets: [], warnings: [] });
    expect(read("---\n---\n")).toEqual({ users: [], groups: [], targets: [], warnings: [] });
    const grow = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (const [from, to] of ["ab", "bc", "cd", "de", "ef", "fg"])
      grow.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(", ")}]`);
    expect(read(grow.join("\n")).warnings).toHaveLength(1);
  });
});

describe("whom an annotation means", () => {
  test("B14: a user name is matched letter by letter, and one that differs in case is pointed out", () => {
    const catalog = catalogOf(user("john", { [annotations.username]: "johndoe" }), user("jane"));
    expect(catalog.size).toBe(2);
    expect(catalog.find(annotations.username, "johndoe")).toEqual({ kind: "one", ref: "user:default/john" });
    expect(catalog.find(annotations.username, "JohnDoe")).toEqual({ kind: "none", near: ["johndoe"] });
    for (const name of ["john", "", "constructor", "__proto__"])
      expect(catalog.find(annotations.username, name)).toEqual({ kind: "none", near: [] });
  });

  test("B16: a user id is matched with and without braces, in any case", () => {
    const id = "7d3a178a-a087-4756-b2da-2f9eadf50ba8";
    for (const written of [id, `{${id}}`, `{${id.toUpperCase()}}`, ` {${id}} `]) {
      const catalog = catalogOf(user("john", { [annotations.userId]: written }));
      for (const asked of [id, `{${id}}`, id.toUpperCase()])
        expect(catalog.find(annotations.userId, asked)).toEqual({ kind: "one", ref: "user:default/john" });
      expect(catalog.find(annotations.username, id).kind).toBe("none");
    }
    expect(catalogOf(user("john", { [annotations.userId]: "{}" })).find(annotations.userId, "{}").kind).toBe(
      "none",
    );
  });

  test("two users with one annotation are several, never one of them", () => {
    const catalog = catalogOf(
      user("john", { [annotations.userId]: "{a-b}" }),
      user("johnny", { [annotations.userId]: "A-B" }),
    );
    expect(catalog.find(annotations.userId, "a-b")).toEqual({
      kind: "several",
      refs: ["user:default/john", "user:default/johnny"],
    });
  });

  test("an entity that is written twice counts where it is written first", () => {
    const catalog = catalogOf(
      user("john", { [annotations.username]: "johndoe" }),
      user("JOHN", { [annotations.username]: "janeroe" }),
    );
    expect(catalog.find(annotations.username, "johndoe").kind).toBe("one");
    expect(catalog.find(annotations.username, "janeroe").kind).toBe("none");
    expect(catalog.warnings).toEqual([
      "org.yaml, document 2 is left out: user:default/john stands in org.yaml, document 1 already.",
    ]);
  });
});

/** A document of `kind` with this `spec`. */
const entity = (kind: string, name: string, spec: string, namespace = "default") =>
  `apiVersion: backstage.io/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: ${spec}\n`;

describe("what a user owns", () => {
  test("themselves, their groups and all groups above, whichever side says so", () => {
    const { ownership, warnings } = catalogOf(
      entity("User", "John", "{ memberOf: [team-a] }"),
      entity("User", "jane", "{}"),
      entity("Group", "team-a", "{ parent: area, type: team }"),
      entity("Group", "area", "{ members: [jane, user:default/jane] }"),
      entity("Group", "all", "{ children: [group:default/area] }"),
    );
    expect(warnings).toEqual([]);
    expect(ownership("user:default/john")).toEqual([
      "user:default/john",
      "group:default/team-a",
      "group:default/area",
      "group:default/all",
    ]);
    expect(ownership("user:default/jane")).toEqual([
      "user:default/jane",
      "group:default/area",
      "group:default/all",
    ]);
    expect(ownership("user:default/nobody")).toEqual(["user:default/nobody"]);
  });

  test("team-a, group:team-a and group:default/team-a are one; a namespace is that of who writes it", () => {
    const { ownership } = catalogOf(
      entity("User", "john", "{ memberOf: [team-a, group:team-a, Group:default/Team-A] }"),
      entity("User", "ann", "{ memberOf: [team-a, default/team-a] }", "acme"),
    );
    expect(ownership("user:default/john")).toEqual(["user:default/john", "group:default/team-a"]);
    expect(ownership("user:acme/ann")).toEqual([
      "user:acme/ann",
      "group:acme/team-a",
      "group:default/team-a",
    ]);
  });

  test("groups that are above each other end", () => {
    const { ownership } = catalogOf(
      entity("User", "john", "{ memberOf: [a] }"),
      entity("Group", "a", "{ parent: b }"),
      entity("Group", "b", "{ parent: a, children: [b] }"),
    );
    expect(ownership("user:default/john")).toEqual([
      "user:default/john",
      "group:default/a",
      "group:default/b",
    ]);
  });

  test("relations of a running catalog count, and only those of the right kind", () => {
    const { users } = read(
      `${entity("User", "john", "{}")}relations:\n  - { type: memberOf, targetRef: group:default/a }\n  - { type: ownerOf, targetRef: group:default/b }\n  - { type: memberOf, targetRef: user:default/c }\n`,
    );
    expect(users[0]?.memberOf).toEqual(["group:default/a"]);
  });

  test.each(["user:default/x", "a b", "-a", "a/b/c", "group:x:y"])(
    "a membership that is no reference of a group leaves the user out: %s",
    (ref) => {
      const { users, warnings } = read(entity("User", "john", `{ memberOf: [${JSON.stringify(ref)}] }`));
      expect(users).toEqual([]);
      expect(warnings[0]).toContain("spec.memberOf has");
    },
  );
});

describe("an e-mail address", () => {
  const catalog = catalogOf(
    entity("User", "john", "{ profile: { email: John@Example.com } }"),
    entity("User", "one", "{ profile: { email: two@example.com } }"),
    entity("User", "two", "{ profile: { email: TWO@example.com } }"),
    entity("User", "kelvin", '{ profile: { email: "\u212Aelvin@example.com" } }'),
    entity("User", "none", "{ profile: { displayName: None } }"),
  );

  test("is the same in upper and lower case", () => {
    expect(catalog.findByEmail("john@example.COM")).toEqual({ kind: "one", ref: "user:default/john" });
    expect(catalog.findByEmail("two@example.com").kind).toBe("several");
  });

  test("is never nothing, and never letters that only become the same in lower case", () => {
    for (const email of ["", " ", "kelvin@example.com", "\u212Aelvin@example.com"])
      expect(catalog.findByEmail(email).kind).toBe("none");
  });
});

describe("documents of one file", () => {
  test("are divided by lines that begin with ---, and by nothing else", () => {
    const hidden = entity("User", "mallory", "{}").replaceAll("\n", " ").trim();
    for (const breaking of ["\u2028", "\u2029", "\u0085", "\u00A0", " "]) {
      const { users } = read(
        `${entity("User", "john", `{ profile: { displayName: "x${breaking}--- ${hidden}" } }`)}`,
      );
      expect(users.map(({ ref }) => ref)).toEqual(["user:default/john"]);
    }
    expect(read(`--- ${asJson("ann")}\n---\n${entity("User", "bob", "{}")}`).users).toHaveLength(2);
    expect(read(`${entity("User", "ann", "{}")}...\n---\n${entity("User", "bob", "{}")}`).users).toHaveLength(
      2,
    );
    expect(read(`%YAML 1.2\n---\n${entity("User", "ann", "{}")}`).users).toHaveLength(1);
    expect(
      read(`\uFEFF# people\r\n---\r\n${entity("User", "ann", "{}").replaceAll("\n", "\r\n")}`).users,
    ).toHaveLength(1);
  });

  test("that stand unchanged are not parsed again; one that has changed is", () => {
    const [ann, bob] = [entity("User", "ann", "{}"), entity("User", "bob", "{}")];
    const first = run(readInSteps({ name: "org.yaml", text: `${ann}---\n${bob}` }));
    const bea = entity("User", "bea", "{}");
    const next = run(readInSteps({ name: "org.yaml", text: `${bea}---\n${bob}` }, first.documents));
    expect(next.users.map(({ ref }) => ref)).toEqual(["user:default/bea", "user:default/bob"]);
    expect(next.users[1]).toBe(first.users[1]);
  });

  test("that stand unchanged in another place are told with that place", () => {
    const [ann, bob] = [entity("User", "ann", "{}"), entity("User", "bob", "{}")];
    const first = run(readInSteps({ name: "org.yaml", text: `${ann}---\n${bob}` }));
    const next = run(readInSteps({ name: "org.yaml", text: bob }, first.documents));
    expect(next.users).toMatchObject([{ ref: "user:default/bob", place: "org.yaml" }]);
    expect(next.users[0]?.entity).toEqual(first.users[1]?.entity);
  });

  test("are given as they were written, the same object each time", () => {
    const [ann] = read(entity("User", "ann", "{ profile: { displayName: Ann } }")).users;
    expect(ann?.entity).toMatchObject({
      metadata: { name: "ann" },
      spec: { profile: { displayName: "Ann" } },
    });
    expect(ann?.entity).toBe(ann?.entity);
  });

  test("too long a one is named and left out", () => {
    const { users, warnings } = read(
      `${entity("User", "ann", "{}")}---\n${entity("User", "bob", "{}")}# ${"x".repeat(70_000)}\n`,
    );
    expect(users.map(({ ref }) => ref)).toEqual(["user:default/ann"]);
    expect(warnings).toEqual(["org.yaml, document 2 is left out: it is longer than 65536 characters."]);
  });
});

function asJson(name: string): string {
  return JSON.stringify({ apiVersion: "backstage.io/v1alpha1", kind: "User", metadata: { name } });
}

function run<Result>(steps: Generator<void, Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
