import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { readConfigFiles } from "../src/server/read-config.ts";
import { readCatalogues, withTable, writeDocuments } from "../tools/docs.ts";
import { readSources } from "../tools/house.ts";
import { isNode, type Node, readNodes } from "../tools/syntax.ts";

const catalogues = await readCatalogues();
const codes = catalogues.flatMap(({ entries }) => Object.keys(entries));

test("the generated documents are current: run `npm run docs` where this fails", async () => {
  for (const { path, text } of await writeDocuments()) {
    expect(readFileSync(path, "utf8") === text, `${path} is current`).toBe(true);
  }
});

/** The code in `someErrors.fail("room.code")` or `isWindlassError(error, "room.code")`. */
function codeOf({ type, callee, arguments: given }: Node): unknown {
  if (type !== "CallExpression" || !isNode(callee) || !Array.isArray(given)) return null;
  const fails =
    isNode(callee.property) && callee.property.name === "fail" && /Errors$/.test(nameOf(callee.object));
  const argument = fails ? given[0] : callee.name === "isWindlassError" ? given[1] : null;
  return isNode(argument) && argument.type === "Literal" ? argument.value : null;
}

function nameOf(node: unknown): string {
  return isNode(node) && typeof node.name === "string" ? node.name : "";
}

describe("the catalogues of errors", () => {
  test("hold every code that is thrown or asked for, and none that nobody names", () => {
    const mentioned = new Set<unknown>();
    for (const { path, text } of readSources().filter((file) => !file.path.endsWith(".test.ts"))) {
      const nodes = readNodes(path, text);
      const keys = new Set(nodes.filter(({ type }) => type === "Property").map(({ key }) => key));
      for (const node of nodes) {
        if (node.type === "Literal" && !keys.has(node)) mentioned.add(node.value);
        const code = codeOf(node);
        if (code !== null) expect(codes, path).toContain(code);
      }
    }
    expect(codes.filter((code) => !mentioned.has(code))).toEqual([]);
  });

  test("name each code once, by its room", () => {
    expect(codes).toHaveLength(new Set(codes).size);
    for (const { place, entries } of catalogues) {
      const room = place.split("/").at(-1);
      for (const code of Object.keys(entries))
        expect(code).toMatch(new RegExp(`^${room}\\.[a-z][a-z0-9_]*$`));
    }
  });

  test("speak in whole sentences", () => {
    for (const { entries } of catalogues) {
      for (const { message, cure } of Object.values(entries)) {
        expect(message).toMatch(/^[A-Z].*[.?!]$/s);
        expect(cure).toMatch(/^[A-Z]/);
      }
    }
  });
});

function readExample(document: string) {
  const yaml = /^```yaml\n(.*?)^```$/ms.exec(readFileSync(document, "utf8"))?.[1] ?? "";
  const file = join(mkdtempSync(join(tmpdir(), "windlass-guide-")), "windlass.yaml");
  writeFileSync(file, yaml);
  const config = readConfigFiles([file], {
    AUTH_BITBUCKET_CLIENT_ID: "key",
    AUTH_BITBUCKET_CLIENT_SECRET: "secret",
    WINDLASS_KEY: Buffer.alloc(32, 1).toString("base64"),
  });
  rmSync(dirname(file), { recursive: true });
  return config;
}

test("the windlass.yaml of the getting-started guide is accepted as it stands", () => {
  expect(readExample("docs/getting-started.md")).toMatchObject({
    baseUrl: "https://windlass.example.com",
    instances: { bitbucket: { clientId: "key", scopes: ["account", "email"] } },
  });
});

test("the windlass.yaml of the sign-in guide is accepted, and says the defaults it calls so", () => {
  const { sessions, accounts, limits } = readExample("docs/getting-started.md");
  expect(readExample("docs/sign-in.md")).toMatchObject({
    sessions,
    accounts,
    limits,
    admins: [{ instanceId: "bitbucket", subject: "7d3a178a-a087-4756-b2da-2f9eadf50ba8" }],
  });
});

test("the links between the documents lead somewhere", () => {
  for (const path of globSync(["*.md", "docs/**/*.md", "bench/*.md"])) {
    const targets = [...readFileSync(path, "utf8").matchAll(/\]\(([^)#]+)(#[^)]*)?\)/g)].map(
      ([, target]) => target ?? "",
    );
    const files = targets.filter((target) => !/^https?:/.test(target));
    for (const file of files) expect(existsSync(join(dirname(path), file)), `${path} → ${file}`).toBe(true);
  }
});

test("a document without its marks is refused", () => {
  expect(() => withTable("# The house", "| a |")).toThrow("lacks the marks");
});
