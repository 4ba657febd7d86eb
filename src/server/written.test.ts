import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readWritten } from "./written.ts";

function written(yaml: string, environment: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "windlass-written-"));
  const file = join(folder, "windlass.yaml");
  writeFileSync(file, yaml);
  try {
    const { origin } = readWritten([file], environment);
    return (path: string) => origin(path.split("."));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a value is written, put in from a variable or a file, or the default", () => {
  const origin = written(`
baseUrl: https://w.example
database: \${DATABASE:-a.db}
key: { $env: KEY }
instances:
  bitbucket: { clientId: "a $\${b}", clientSecret: { $file: secret.txt }, scopes: [account] }
  work: { privateKey: "$file: key.pem", baseUrl: "https://\${HOST}:\${PORT}" }
`);
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
  const { source, origin } = readWritten(undefined, {
    AUTH_BITBUCKET_CLIENT_ID: "key",
    WINDLASS_DATABASE: "",
  });
  expect(source).toBe("the environment");
  expect(origin(["instances", "bitbucket", "clientId"])).toBe("variable AUTH_BITBUCKET_CLIENT_ID");
  expect(origin(["database"])).toBe("default");
});

test("the environment's proxy is a variable, unless the file has one of its own", () => {
  const environment = { https_proxy: "http://proxy:1", NO_PROXY: "a.example" };
  const origin = written("baseUrl: https://w.example", environment);
  expect(origin("network.proxy")).toBe("variable https_proxy");
  expect(origin("network.noProxy")).toBe("variable NO_PROXY");
  expect(written("network: { proxy: http://own:1 }", environment)("network.proxy")).toBe("written");
  expect(readWritten(undefined, environment).origin(["network", "proxy"])).toBe("variable https_proxy");
  expect(readWritten(undefined, {}).origin(["network", "proxy"])).toBe("default");
});

test("of a Backstage file each of our keys has the origin of the one it is made of", () => {
  const origin = written(
    `
auth:
  environment: production
  providers:
    bitbucket:
      production: { clientId: "\${ID}", clientSecret: { $env: SECRET }, sessionDuration: { hours: 1 } }
windlass: { log: { level: warn } }
`,
    { ID: "key", SECRET: "s", WINDLASS_DATABASE: "a.db" },
  );
  expect(origin("instances.bitbucket.clientId")).toBe("variable ID");
  expect(origin("instances.bitbucket.clientSecret")).toBe("variable SECRET");
  expect(origin("sessions.idleSeconds")).toBe("written");
  expect(origin("log.level")).toBe("written");
  expect(origin("database")).toBe("variable WINDLASS_DATABASE");
  expect(origin("key")).toBe("default");
  expect(origin("baseUrl")).toBe("default");
});
