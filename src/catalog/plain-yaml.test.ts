import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { fc } from "../../tests/property.ts";
import { readPlainYaml } from "./plain-yaml.ts";

/** As the whole parser reads it; undefined for what it complains of. */
function whole(text: string): unknown {
  const documents = [...parseAllDocuments(text)];
  const [document, another] = documents;
  if (document === undefined || another !== undefined || document.errors.length > 0) return undefined;
  return document.toJS();
}

const entity = `
apiVersion: backstage.io/v1alpha1
kind: User
# a person
metadata:
  name: john
  annotations:
    bitbucket.org/username: john.doe
    bitbucket.org/user-id: "{1a2b3c4d-0000-4000-8000-000000000000}"
spec:
  profile:
    displayName: 'Jürgen von der Höhe'
    email: john+mail@example.com
  memberOf:
  - team-a
  - group:default/team-b
  owns: [ a, group:b/c ]
  nothing:
`;

describe("plain YAML", () => {
  test("of an entity is read, and as the whole parser reads it", () => {
    expect(readPlainYaml(entity)).toEqual(whole(entity));
    expect(readPlainYaml(entity)).toMatchObject({
      spec: { memberOf: ["team-a", "group:default/team-b"], nothing: null },
    });
  });

  test.each([
    ["a number", "a: 1"],
    ["nothing and truth", "a: ~\nb: true\nc: No"],
    ["truth in a list", "a: [null, x]"],
    ["a remark behind a value", "a: b # c"],
    ["a value over two lines", "a: b\n  c"],
    ["a key below a value", "a: b\n  c: d"],
    ["a list below a value", "a: b\n- c"],
    ["text in bars", "a: |\n  b: c"],
    ["an anchor", "a: &x b\nc: *x"],
    ["a tag", "a: !!str b"],
    ["an escape", 'a: "\\u0041"'],
    ["a quotation mark written twice", "a: 'it''s'"],
    ["a key written twice", "a: b\na: c"],
    ["a key written twice below", "x:\n  a: b\n  a: c"],
    ["keys in a list", "a:\n  - b: c"],
    ["a list of lists", "a:\n  - - b"],
    ["an item of nothing", "a:\n  -\n  - b"],
    ["lines that go back and forth", "a:\n    b: c\n  d: e"],
    ["tabs", "a:\n\tb: c"],
    ["other line ends", "a: b\r\nc: d"],
    ["a separator of lines", "a: b\u2028c: d"],
    ["two documents", "a: b\n---\nc: d"],
    ["the prototype", "__proto__: x"],
    ["no keys at all", "just text"],
    ["a list alone", "- a"],
    ["nothing", ""],
    ["a question mark", "? a\n: b"],
    ["a colon without a space", "a:b"],
    ["a colon at the end of an item", "a: [b:]"],
    ["an indented beginning", " a: b"],
  ])("is not: %s", (_, text) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });

  test("is read as the whole parser reads it, or not at all", () => {
    const piece = fc.constantFrom(
      "a",
      "b",
      "kind",
      "true",
      "Null",
      "1",
      "-",
      "- ",
      ":",
      ": ",
      " ",
      "  ",
      "    ",
      "\n",
      "\n  ",
      "\n- ",
      "\n  - ",
      "#",
      " #",
      '"',
      "'",
      "[",
      "]",
      "{}",
      "{",
      "}",
      ", ",
      "\\",
      "|",
      ">",
      "&",
      "*",
      "!",
      "%",
      "@",
      "`",
      "?",
      "~",
      "\t",
      "\r",
      "é",
      "\u0085",
      "\u2028",
      "\u00a0",
      "a: b\n",
      "c:\n",
      "  d: e\n",
      "  - f\n",
      "x:y",
      "a.b/c: ",
      "[a, b]",
      "...",
      "---",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
        const text = pieces.join("");
        const read = readPlainYaml(text);
        if (read !== undefined) expect(read).toEqual(whole(text));
      }),
      { numRuns: 20_000 },
    );
  });

  test("of lines that are nearly right is read as the whole parser reads it, or not at all", () => {
    const line = fc.tuple(
      fc.constantFrom("", " ", "  ", "    "),
      fc.constantFrom("a:", "b:", "c.d/e:", "-", "#", "a", "__proto__:", "true:"),
      fc.constantFrom("", " ", "  "),
      fc.constantFrom(
        "",
        "x",
        "x y",
        "x:y",
        "x: y",
        "x #y",
        '"x"',
        '"x',
        "'x: #y'",
        "[]",
        "[x]",
        "[x, y]",
        "[x,y]",
        "[x, ]",
        "{}",
        "null",
        "x-",
        "- x",
        "x+y@z",
        "3",
        "[a:b, c]",
        "[a:]",
        "x, y",
        "(x)",
        "x ",
        "@x",
      ),
    );
    let isPlain = 0;
    fc.assert(
      fc.property(fc.array(line, { maxLength: 7 }), (lines) => {
        const text = lines.map((parts) => parts.join("")).join("\n");
        const read = readPlainYaml(text);
        if (read === undefined) return;
        isPlain += 1;
        expect(read).toEqual(whole(text));
      }),
      { numRuns: 30_000 },
    );
    expect(isPlain).toBeGreaterThan(100);
  });
});
