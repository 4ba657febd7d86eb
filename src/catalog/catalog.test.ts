import { describe, expect, test } from "vitest";
import { annotations } from "./annotations.ts";
import { createCatalog } from "./catalog.ts";
import { readEntities } from "./entities.ts";

const read = (text: string) => readEntities({ name: "org.yaml", text });

/** A `User` document with these annotations. */
function user(name: string, given: Readonly<Record<string, string>> = {}, more = ""): string {
  const lines = Object.entries(given).map(([key, value]) => `\n    ${key}: ${JSON.stringify(value)}`);
  const list = lines.length === 0 ? "" : `\n  annotations:${lines.join("")}`;
  return `apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata:\n  name: ${name}${more}${list}\nspec:\n  memberOf: []\n`;
}

const catalogOf = (...documents: readonly string[]) => createCatalog(read(documents.join("---\n")).users);

describe("a file of entities", () => {
  test("several documents give several users, each with the reference Backstage writes", () => {
    const { users, warnings } = read(
      ["# people\n", user("John"), user("jane.roe", {}, "\n  namespace: Acme"), "kind: Group\n"].join(
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
    expect(read("")).toEqual({ users: [], targets: [], warnings: [] });
    expect(read("---\n---\n")).toEqual({ users: [], targets: [], warnings: [] });
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
