import { globSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { fileSchema, type SchemaNode } from "../src/app/config-schema.ts";

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
const whole = ajv.compile(fileSchema());
const { required: _, ...partly } = fileSchema();
const part = ajv.compile(partly);

/** Every block of YAML in the documents that is a configuration of ours, or a part of one. */
const blocks = globSync("{docs/**/*.md,README.md,examples/README.md}")
  .toSorted()
  .flatMap((path) => {
    const found = readFileSync(path, "utf8").matchAll(/^```ya?ml\n(.*?)^```$/gms);
    return [...found].map(([, yaml = ""]) => ({ path, yaml, value: parse(yaml) as unknown }));
  })
  .filter(({ value }) => {
    const keys = Object.keys(Object(value) as object);
    return keys.length > 0 && keys.every((key) => Object.hasOwn(fileSchema().properties ?? {}, key));
  });

describe("the schema for editors", () => {
  test("accepts every configuration in the documents", () => {
    expect(blocks.length).toBeGreaterThanOrEqual(19);
    for (const { path, yaml, value } of blocks) {
      const accepts = Object.hasOwn(Object(value) as object, "instances") ? whole : part;
      expect(accepts(value), `${path}\n${yaml}\n${ajv.errorsText(accepts.errors)}`).toBe(true);
    }
  });

  test("refuses keys there are not, at every depth, and what has the wrong shape", () => {
    const bitbucket = { clientId: "a", clientSecret: "b" };
    const good = { instances: { bitbucket } };
    expect(whole(good)).toBe(true);
    for (const wrong of [
      {},
      { ...good, colour: "blue" },
      { instances: { bitbucket: { ...bitbucket, client_id: "a" } } },
      { instances: { bitbucket: { product: "gitlab", ...bitbucket } } },
      { instances: { bitbucket: { clientId: "a" } } },
      { ...good, listen: { port: "eighty" } },
      { ...good, log: { level: "loud" } },
      { ...good, signIn: { rules: [{ workspace: "acme", role: ["admin"] }] } },
      { ...good, signIn: { rules: [{ about: "workspace", workspace: "acme" }] } },
      { ...good, sessions: { idleSeconds: 1 } },
    ])
      expect(whole(wrong), JSON.stringify(wrong)).toBe(false);
  });

  test("takes a text from a variable or a file in each way there is", () => {
    for (const clientSecret of [
      "b",
      `$${"{SECRET}"}`,
      "$file:secret",
      { $file: "secret" },
      { $env: "SECRET" },
    ])
      expect(whole({ instances: { bitbucket: { clientId: "a", clientSecret } } })).toBe(true);
    for (const clientSecret of [1, { file: "secret" }, { $file: "a", $env: "b" }])
      expect(whole({ instances: { bitbucket: { clientId: "a", clientSecret } } })).toBe(false);
  });

  test("says of every key what it is for", () => {
    const silent: string[] = [];
    const walk = (node: SchemaNode, path: string): void => {
      for (const [key, below] of Object.entries(node.properties ?? {})) {
        if (!/\.$|[.)]$/.test(below.description ?? "")) silent.push(`${path}.${key}`);
        walk(below, `${path}.${key}`);
      }
      if (typeof node.additionalProperties === "object") walk(node.additionalProperties, `${path}.*`);
      if (node.items) walk(node.items, `${path}[]`);
      for (const kind of node.anyOf ?? []) walk(kind, path);
    };
    const { $defs: _defs, ...root } = fileSchema();
    walk(root, "");
    expect(silent).toEqual([]);
  });
});
