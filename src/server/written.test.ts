import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { originOf, readWritten } from "./written.ts";

function written(yaml: string, environment: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "windlass-written-"));
  const file = join(folder, "windlass.yaml");
  writeFileSync(file, yaml);
  try {
    return readWritten(file, environment).root;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a value is written, put in from a variable or a file, or the default", () => {
  const root = written(`
baseUrl: https://w.example
database: \${DATABASE:-a.db}
key: { $env: KEY }
instances:
  bitbucket: { clientId: "a $\${b}", clientSecret: { $file: secret.txt }, scopes: [account] }
  work: { privateKey: "$file: key.pem", baseUrl: "https://\${HOST}:\${PORT}" }
`);
  const origin = (path: string) => originOf(path.split("."), root);
  expect(origin("baseUrl")).toBe("written");
  expect(origin("database")).toBe("variable DATABASE");
  expect(origin("key")).toBe("variable KEY");
  expect(origin("key.0")).toBe("variable KEY");
  expect(origin("instances.bitbucket.clientId")).toBe("written");
  expect(origin("instances.bitbucket.clientSecret")).toBe("file secret.txt");
  expect(origin("instances.bitbucket.scopes.0")).toBe("written");
  expect(origin("instances.bitbucket.product")).toBe("default");
  expect(origin("instances.work.privateKey")).toBe("file key.pem");
  expect(origin("instances.work.baseUrl")).toBe("variable HOST, PORT");
  expect(origin("log.level")).toBe("default");
});

test("without a file it is variables alone", () => {
  const { source, root } = readWritten(undefined, { AUTH_BITBUCKET_CLIENT_ID: "key", WINDLASS_DATABASE: "" });
  expect(source).toBe("the environment");
  expect(originOf(["instances", "bitbucket", "clientId"], root)).toBe("variable AUTH_BITBUCKET_CLIENT_ID");
  expect(originOf(["database"], root)).toBe("default");
});

test("of a Backstage file what it says is written under our own keys", () => {
  const root = written(
    `
auth:
  environment: production
  providers: { bitbucket: { production: { clientId: "\${ID}", clientSecret: b } } }
`,
    { ID: "key" },
  );
  expect(originOf(["instances", "bitbucket", "clientId"], root)).toBe("written");
  expect(originOf(["sessions", "idleSeconds"], root)).toBe("default");
});
