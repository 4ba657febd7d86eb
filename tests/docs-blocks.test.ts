/** Every block of code in the documents is of a kind that something checks; one that nobody reads is named here. */
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { fileSchema } from "../src/app/config-schema.ts";
import { readEntities } from "../src/catalog/entities.ts";
import type { Command } from "../src/cli/command.ts";
import { readConfigFiles } from "../src/server/read-config.ts";

const root = join(import.meta.dirname, "..");

interface Block {
  /** The document and the line it begins on. */
  readonly at: string;
  readonly kind: string;
  readonly text: string;
}

const blocks: readonly Block[] = globSync("{README.md,docs/*.md,docs/guides/*.md}", { cwd: root })
  .toSorted()
  .flatMap((path) => {
    const document = readFileSync(join(root, path), "utf8");
    const found = document.matchAll(/^```(\S*)[^\n]*\n(.*?)^```$/gms);
    return [...found].map(({ index, 1: kind = "", 2: text = "" }) => {
      return { at: `${path}:${document.slice(0, index).split("\n").length}`, kind, text };
    });
  });

const ofKind = (...kinds: readonly string[]) => blocks.filter(({ kind }) => kinds.includes(kind));

/** What each kind is checked by; a picture and what a program prints are read by people. */
const checkedBy: Readonly<Record<string, string>> = {
  ts: "docs-code.test.ts",
  tsx: "docs-code.test.ts",
  js: "package/readme.test.ts",
  yaml: "here, and configuration.test.ts",
  yml: "here, and configuration.test.ts",
  sh: "here",
  json: "here",
  jsonc: "here",
  promql: "operator/documents.test.ts",
  sql: "people",
  text: "people",
  "": "people",
};

test("no block is of a kind that nothing checks", () => {
  expect(blocks.length).toBeGreaterThan(80);
  expect(blocks.filter(({ kind }) => !Object.hasOwn(checkedBy, kind)).map(({ at }) => at)).toEqual([]);
});

test("every block of JSON is JSON", () => {
  const found = ofKind("json", "jsonc");
  expect(found.length).toBeGreaterThan(3);
  for (const { at, text } of found) expect(() => parse(withoutComments(text)), at).not.toThrow();
});

function withoutComments(text: string): string {
  return text.replace(/(^|\s)\/\/.*$/gm, "");
}

describe("a block of YAML", () => {
  const known = fileSchema().properties ?? {};
  const sorts = {
    ours: [] as Block[],
    backstage: [] as Block[],
    entities: [] as Block[],
    none: [] as Block[],
  };
  for (const block of ofKind("yaml", "yml")) {
    const keys = Object.keys(Object(parse(block.text)) as object);
    const isOurs = keys.length > 0 && keys.every((key) => Object.hasOwn(known, key));
    const sort = isOurs
      ? "ours"
      : keys.includes("auth")
        ? "backstage"
        : keys.includes("kind")
          ? "entities"
          : "none";
    sorts[sort].push(block);
  }

  test("is a configuration of ours, one of Backstage's, or an entity", () => {
    const others = sorts.none.map(({ at }) => at.replace(/:\d+$/, ""));
    expect(others, "what a Backstage backend is told of us, and nothing else").toEqual([
      "docs/identity-token.md",
    ]);
    expect(sorts.ours.length).toBeGreaterThan(15);
  });

  test("of Backstage's is read as it stands", () => {
    expect(sorts.backstage.length).toBeGreaterThan(0);
    for (const { at, text } of sorts.backstage) {
      const folder = mkdtempSync(join(tmpdir(), "windlass-block-"));
      writeFileSync(join(folder, "org.yaml"), "");
      writeFileSync(join(folder, "app-config.yaml"), text);
      const environment = { AUTH_BITBUCKET_CLIENT_ID: "key", AUTH_BITBUCKET_CLIENT_SECRET: "secret" };
      const { instances } = readConfigFiles([join(folder, "app-config.yaml")], environment);
      rmSync(folder, { recursive: true });
      expect(instances, at).toHaveProperty("bitbucket");
    }
  });

  test("that is an entity is taken into the catalog", () => {
    expect(sorts.entities.length).toBeGreaterThan(0);
    for (const { at, text } of sorts.entities) {
      const { users, groups, warnings } = readEntities({ name: at, text });
      expect(warnings, at).toEqual([]);
      expect([...users, ...groups], at).toHaveLength(1);
    }
  });
});

/** The calls of `windlass` in a block, each with its options. */
function callsIn(text: string): readonly { readonly name: string; readonly options: readonly string[] }[] {
  const lines = text.replaceAll("\\\n", " ").replaceAll(/(^|\s)#.*$/gm, "");
  const calls = lines.matchAll(
    /(?:npm run (?:--silent )?windlass --|npm run (?=demo)|(?<![\w/.-])windlass) +([a-z-]+)([^|;&)\n]*)/g,
  );
  return [...calls].map(([, name = "", rest = ""]) => ({
    name,
    options: rest.match(/(?<=\s)--[a-z][a-z-]*/g) ?? [],
  }));
}

describe("a block of shell", () => {
  test("calls commands there are, with options they take", async () => {
    const calls = ofKind("sh").flatMap(({ at, text }) => callsIn(text).map((call) => ({ at, ...call })));
    expect(calls.length).toBeGreaterThan(20);
    for (const { at, name, options } of calls) {
      const path = join(root, `src/cli/commands/${name}.ts`);
      const { command } = (await import(path)) as { command: Command };
      for (const option of options)
        expect(command.help, `${at} ${name}`).toMatch(new RegExp(`${option}(?![\\w-])`));
    }
  });

  test("runs scripts that the package has", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
    const named = ofKind("sh").flatMap(({ at, text }) =>
      [...text.matchAll(/npm run (?:--silent )?([a-z]+)/g)].map(([, name = ""]) => ({ at, name })),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(({ name }) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test("is found to be wrong where it is", () => {
    const [first, second] = callsIn(
      "npm run --silent windlass -- rules lst \\\n  --no-such # --none\nwindlass x | y --z",
    );
    expect([first, second]).toEqual([
      { name: "rules", options: ["--no-such"] },
      { name: "x", options: [] },
    ]);
  });
});
