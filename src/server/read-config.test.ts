import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ConfigProblem } from "../app/config.ts";
import { isWindlassError } from "../base/errors.ts";
import { readConfigFiles, readEnvironment, removedVariables } from "./read-config.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "windlass-config-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(yaml: string): string {
  const path = join(folder, "windlass.yaml");
  writeFileSync(path, yaml);
  return path;
}

function problemsOf(read: () => unknown): readonly ConfigProblem[] {
  try {
    read();
  } catch (error) {
    if (isWindlassError(error, "app.config_invalid")) return error.data.problems as readonly ConfigProblem[]; // as `configInvalid` wrote them
    throw error;
  }
  return [];
}

test("variables, defaults, literals and files stand in for values", () => {
  writeFileSync(join(folder, "secret.txt"), "s3cret\n");
  const path = write(`
baseUrl: \${BASE:-http://localhost:9000}
database: $\${not a variable}.db
instances:
  bitbucket:
    clientId: pre-\${ID}
    clientSecret: $file:secret.txt
  second:
    clientId: b
    clientSecret: { $file: secret.txt }
`);
  const config = readConfigFiles([path], { ID: "key", BASE: "" });
  expect(config.baseUrl).toBe("http://localhost:9000");
  expect(config.database).toMatch(/^\$\{not a variable\}\.db$/);
  expect(config.instances).toMatchObject({ bitbucket: { clientId: "pre-key" }, second: { clientId: "b" } });
  for (const instance of Object.values(config.instances))
    expect(instance.product === "cloud" && instance.clientSecret.reveal()).toBe("s3cret");
});

test("unset variables, unreadable files and unknown keys are reported together", () => {
  const path = write(`
instances:
  bitbucket:
    clientId: \${NOT_SET}
    clientSecret: $file:nowhere.txt
    colour: blue
`);
  expect(problemsOf(() => readConfigFiles([path], {}))).toEqual([
    {
      path: "instances.bitbucket.clientId",
      problem: "needs the environment variable NOT_SET, which is not set",
    },
    { path: "instances.bitbucket.clientSecret", problem: "names the file nowhere.txt, which cannot be read" },
    { path: "instances.bitbucket.colour", problem: "is not a key that is known here" },
  ]);
});

test("a reference that is written wrongly is a mistake, not a value, and is not repeated", () => {
  const path = write(`
baseUrl: "\${MY-URL}"
database: { $env: MY-FILE }
instances:
  bitbucket: { clientId: "\${ID-key}", clientSecret: "hush\${more", callbackPath: "/\${ NAME }" }
`);
  const problems = problemsOf(() => readConfigFiles([path], { MY: "https://wrong.example", ID: "key" }));
  expect(problems.map(({ path: place }) => place)).toEqual([
    "baseUrl",
    "database",
    "instances.bitbucket.clientId",
    "instances.bitbucket.clientSecret",
    "instances.bitbucket.callbackPath",
  ]);
  for (const { problem } of problems) expect(problem).toMatch(/names no variable.*\$\{NAME\}/);
  expect(JSON.stringify(problems)).not.toContain("more");
});

describe("several files", () => {
  const part = (name: string, text: string) => {
    const [path, below] = [join(folder, name), join(folder, name, "..")];
    mkdirSync(below, { recursive: true });
    writeFileSync(path, text);
    return path;
  };

  test("each lies over those before it, and what it names is relative to itself", () => {
    part("base/secret.txt", "hush");
    part("base/org.yaml", "");
    const base = part(
      "base/windlass.yaml",
      `
database: base.db
instances: { bitbucket: { clientId: a, clientSecret: { $file: secret.txt }, scopes: [account, email] } }
catalog: { locations: [{ type: file, target: org.yaml }] }
`,
    );
    const above = part(
      "above/windlass.yaml",
      "database: above.db\ninstances: { bitbucket: { clientId: b, scopes: [account] } }",
    );
    const config = readConfigFiles([base, above], {});
    expect(config.database).toBe("above.db");
    const { bitbucket } = config.instances;
    expect(bitbucket).toMatchObject({ clientId: "b", scopes: ["account"] });
    expect(bitbucket?.product === "cloud" && bitbucket.clientSecret?.reveal()).toBe("hush");
    expect(config.catalog.locations).toEqual([{ type: "file", target: join(folder, "base/org.yaml") }]);
  });

  test("the mistakes of all are told at once", () => {
    const base = part(
      "one.yaml",
      "instances: { bitbucket: { clientId: { $env: NOT_SET }, clientSecret: b } }",
    );
    const above = part("two.yaml", "colour: red");
    expect(problemsOf(() => readConfigFiles([base, above], {})).map(({ path }) => path)).toEqual([
      "instances.bitbucket.clientId",
      "colour",
    ]);
  });

  const backstage = `
backend: { baseUrl: "http://localhost:7007" }
auth: { environment: production, providers: { bitbucket: { production: { clientId: a, clientSecret: { $file: s.txt } } } } }
`;

  test("Backstage's too", () => {
    part("app/s.txt", "hush");
    const base = part("app/app-config.yaml", backstage);
    const above = part(
      "app-config.production.yaml",
      `
backend: { baseUrl: "https://backstage.example.com" }
auth: { providers: { bitbucket: { production: { clientId: "\${ID}" } } } }
windlass: { database: above.db }
`,
    );
    const config = readConfigFiles([base, above], { ID: "of the variable" });
    expect(config).toMatchObject({ baseUrl: "https://backstage.example.com", database: "above.db" });
    const { bitbucket } = config.instances;
    expect(bitbucket).toMatchObject({ clientId: "of the variable" });
    expect(bitbucket?.product === "cloud" && bitbucket.clientSecret?.reveal()).toBe("hush");
  });

  test("a file of ours beside one of Backstage's is refused: nobody would read it", () => {
    part("s.txt", "hush");
    const base = part("app-config.yaml", backstage);
    const ours = part("windlass.yaml", "instances: { other: { clientId: a, clientSecret: b } }");
    expect(problemsOf(() => readConfigFiles([base, ours], {}))).toEqual([
      { path: ours, problem: expect.stringContaining("below `windlass`") },
    ]);
  });
});

test("a private key is taken from a file, and one that is not there is one mistake", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(join(folder, "link.pem"), privateKey.export({ format: "pem", type: "pkcs1" }));
  const file = (name: string) =>
    write(`
instances:
  old:
    product: server
    baseUrl: https://git.example.com
    consumerKey: windlass
    privateKey: { $file: ${name} }
`);
  const { old } = readConfigFiles([file("link.pem")], {}).instances;
  expect(old?.product === "server" && old.privateKey.reveal()).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  expect(problemsOf(() => readConfigFiles([file("gone.pem")], {}))).toEqual([
    { path: "instances.old.privateKey", problem: "names the file gone.pem, which cannot be read" },
  ]);
});

test("a file that is absent or not YAML gets a sentence", () => {
  expect(problemsOf(() => readConfigFiles([join(folder, "nowhere.yaml")], {}))).toMatchObject([
    { path: join(folder, "nowhere.yaml") },
  ]);
  const path = write("instances: [1, 2");
  expect(problemsOf(() => readConfigFiles([path], {}))).toMatchObject([{ path }]);
});

test("the environment alone is enough, and names each variable that is missing", () => {
  const config = readEnvironment({
    AUTH_BITBUCKET_CLIENT_ID: "key",
    AUTH_BITBUCKET_CLIENT_SECRET: "secret",
    AUTH_BITBUCKET_SCOPE: "account",
    WINDLASS_BASE_URL: "https://app.example.com/",
  });
  expect(config.baseUrl).toBe("https://app.example.com");
  expect(config.instances.bitbucket).toMatchObject({ scopes: ["account"] });
  expect(problemsOf(() => readEnvironment({}))).toEqual([
    { path: "AUTH_BITBUCKET_CLIENT_ID", problem: "is not set in the environment" },
    { path: "AUTH_BITBUCKET_CLIENT_SECRET", problem: "is not set in the environment" },
  ]);
});

test("variables of OAuth 1 on Cloud get one sentence: what to make instead", () => {
  const old = { BITBUCKET_CONSUMER_KEY: "key", BITBUCKET_CONSUMER_SECRET: "hush" };
  const problems = problemsOf(() => readEnvironment(old));
  expect(problems).toMatchObject([
    { path: "AUTH_BITBUCKET_CLIENT_ID" },
    { path: "AUTH_BITBUCKET_CLIENT_SECRET" },
    {
      path: "BITBUCKET_CONSUMER_KEY and BITBUCKET_CONSUMER_SECRET",
      problem: expect.stringMatching(/OAuth 1, .*OAuth 2 consumer .*application link for a Bitbucket Server/),
    },
  ]);
  expect(JSON.stringify(problems)).not.toContain("hush");
  expect(removedVariables({ AUTH_BITBUCKET_CLIENT_ID: "key" })).toEqual([]);
});
