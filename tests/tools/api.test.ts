import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listEntries } from "../../tools/api/document.ts";
import { createExportReader } from "../../tools/api/exports.ts";

const root = join(import.meta.dirname, "../..");

test.each(listEntries(root).map(({ name, source }) => [name, source]))(
  "%s says of everything it exports what it is",
  (_name, source) => {
    const all = createExportReader(root)(source);
    expect(all.length).toBeGreaterThan(0);
    expect(
      all.filter(({ doc }) => doc.split(" ").length < 2).map(({ name, path }) => `${name} (${path})`),
    ).toEqual([]);
  },
);

describe("what an entry exports", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "windlass-exports-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function read(files: Readonly<Record<string, string>>) {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return createExportReader(folder)("a.ts");
  }

  test("is found through re-exports, other names and imports", () => {
    const found = read({
      "a.ts": `export { inner as outer } from "./b/b.ts"; export * from "./c.ts"; import { d } from "./c.ts"; export { d as e };`,
      "b/b.ts": `export { deep as inner } from "../c.ts";`,
      "c.ts": `/** Says deep. */\nexport function deep(a: string): number { return a.length; }\nexport const d = 1;`,
    });
    expect(found).toEqual([
      { name: "outer", path: "c.ts", signature: "function deep(a: string): number", doc: "Says deep." },
      { name: "deep", path: "c.ts", signature: "function deep(a: string): number", doc: "Says deep." },
      { name: "d", path: "c.ts", signature: "const d = 1", doc: "" },
      { name: "e", path: "c.ts", signature: "const d = 1", doc: "" },
    ]);
  });

  test("shows what can be reached, and not what happens inside", () => {
    const [made, kept, shape] = read({
      "a.ts": [
        "/** A box. */\nexport class Box { #inside = 1; private hidden = 2;\n /** Opens it. */\n open(key: string): void { this.#inside += 1; } }",
        "/** A way. */\nexport const way: (a: string) => string = (a) => a;",
        "/** A shape. */\nexport interface Shape { /** How wide. */ readonly width: number }",
      ].join("\n"),
    });
    expect(made?.signature).toBe("class Box {\n  /** Opens it. */\n  open(key: string): void;\n}");
    expect(kept?.signature).toBe("const way: (a: string) => string");
    expect(shape?.signature).toContain("/** How wide. */ readonly width: number");
  });

  test("that is declared nowhere is a mistake", () => {
    expect(() =>
      read({ "a.ts": `export { gone } from "./b.ts";`, "b.ts": "export const other = 1;" }),
    ).toThrow("a.ts exports gone, which is declared nowhere.");
  });
});
