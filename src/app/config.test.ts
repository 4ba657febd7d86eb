import { generateKeyPairSync } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { isWindlassError } from "../base/errors.ts";
import { type ConfigProblem, parseConfig, withBoundPort } from "./config.ts";

const least = { instances: { bitbucket: { clientId: "key", clientSecret: "hunter2" } } };

const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pkcs8Pem = pair.privateKey.export({ format: "pem", type: "pkcs8" }).toString();
const pkcs1Pem = pair.privateKey.export({ format: "pem", type: "pkcs1" }).toString();
const publicKeyPem = pair.publicKey.export({ format: "pem", type: "spki" }).toString();
const encryptedPem = pair.privateKey
  .export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "hunter2" })
  .toString();

function problemsOf(input: unknown): readonly ConfigProblem[] {
  try {
    parseConfig(input);
  } catch (error) {
    if (isWindlassError(error, "app.config_invalid")) return error.data.problems as readonly ConfigProblem[];
    throw error;
  }
  return [];
}

test("key and secret are enough: everything else has a safe default", () => {
  const config = parseConfig(least);
  expect(config.baseUrl).toBe("http://localhost:8000");
  expect(config.listen).toEqual({ host: "127.0.0.1", port: 8000 });
  expect(config.instances.bitbucket).toMatchObject({ product: "cloud", scopes: ["account", "email"] });
  expect(inspect(config, { depth: 9 })).not.toContain("hunter2");
});

test("every mistake is reported at once, each with its path", () => {
  const problems = problemsOf({
    baseurl: "http://localhost:8000",
    listen: { port: 99_999 },
    instances: { bitbucket: { clientId: "", clientSecrets: "x" } },
  });
  expect(problems.map(({ path }) => path).sort()).toEqual([
    "baseurl",
    "instances.bitbucket.clientId",
    "instances.bitbucket.clientSecret",
    "instances.bitbucket.clientSecrets",
    "listen.port",
  ]);
});

test("a missing secret is said to be missing", () => {
  expect(problemsOf({ instances: { bitbucket: { clientId: "key" } } })).toEqual([
    { path: "instances.bitbucket.clientSecret", problem: "is missing" },
  ]);
});

describe("the base URL", () => {
  test.each(["https://app.example.com", "http://localhost:8000", "http://127.0.0.1:9", "http://[::1]:1"])(
    "takes %s",
    (baseUrl) => {
      expect(parseConfig({ ...least, baseUrl }).baseUrl).toBe(baseUrl);
    },
  );

  test.each([
    "http://app.example.com",
    "http://localhost.example.com",
    "https://app.example.com/path",
    "ftp://localhost",
    "nonsense",
  ])("refuses %s", (baseUrl) => {
    expect(problemsOf({ ...least, baseUrl }).map(({ path }) => path)).toEqual(["baseUrl"]);
  });
});

test("scopes may be a list or a text", () => {
  const scopes = (value: unknown) =>
    parseConfig({ instances: { bitbucket: { clientId: "k", clientSecret: "s", scopes: value } } }).instances
      .bitbucket;
  expect(scopes("account email repository")).toMatchObject({ scopes: ["account", "email", "repository"] });
  expect(scopes(["account"])).toMatchObject({ scopes: ["account"] });
  expect(
    problemsOf({ instances: { bitbucket: { clientId: "k", clientSecret: "s", scopes: "Account Read" } } }),
  ).not.toEqual([]);
});

test("a mistyped scope is named before anybody is sent to Bitbucket with it", () => {
  const scopes = "account emial repository:read spaceship";
  const path = "instances.bitbucket.scopes";
  expect(problemsOf({ instances: { bitbucket: { clientId: "k", clientSecret: "s", scopes } } })).toEqual([
    { path: `${path}.1`, problem: 'has "emial": Bitbucket calls it `email`' },
    { path: `${path}.2`, problem: 'has "repository:read": Bitbucket calls it `repository`' },
    {
      path: `${path}.3`,
      problem: 'has "spaceship", which is no scope of Bitbucket Cloud such as account or repository:write',
    },
  ]);
});

test("a port says its range", () => {
  expect(problemsOf({ ...least, listen: { port: 65_536 } })).toEqual([
    { path: "listen.port", problem: "must be a whole number from 0 to 65535" },
  ]);
});

test("where any port will do, the address is that of the one that was bound", () => {
  const any = parseConfig({ ...least, listen: { port: 0 } });
  expect(withBoundPort(any, 4711).baseUrl).toBe("http://localhost:4711");
  const named = parseConfig({ ...least, baseUrl: "https://app.example.com", listen: { port: 0 } });
  expect(withBoundPort(named, 4711).baseUrl).toBe("https://app.example.com");
});

test("what is no text is said to be none, and a file is named with a dollar sign", () => {
  const clientSecret = { file: "secret.txt" };
  expect(problemsOf({ instances: { bitbucket: { clientId: 12, clientSecret } } })).toEqual([
    { path: "instances.bitbucket.clientId", problem: "is not text: put it in quotation marks" },
    {
      path: "instances.bitbucket.clientSecret",
      problem: "is not text: write $file in place of file, as in { $file: … }",
    },
  ]);
});

describe("a self-hosted Bitbucket", () => {
  const dataCenter = { product: "data-center", baseUrl: "https://git.example.com" };

  test("has scopes of its own; what they are called elsewhere is named, beside every other mistake", () => {
    const scopes = "repository:read REPOREAD spaceship REPO_READ";
    const path = "instances.work";
    expect(
      problemsOf({ listen: { port: -1 }, instances: { work: { ...dataCenter, clientId: "k", scopes } } }),
    ).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: "listen.port" }),
        { path: `${path}.clientSecret`, problem: "is missing" },
        { path: `${path}.scopes.0`, problem: 'has "repository:read": Bitbucket calls it `REPO_READ`' },
        { path: `${path}.scopes.1`, problem: 'has "REPOREAD": Bitbucket calls it `REPO_READ`' },
        {
          path: `${path}.scopes.2`,
          problem:
            'has "spaceship", which is no scope of Bitbucket Data Center such as PUBLIC_REPOS or REPO_READ',
        },
      ]),
    );
    const right = parseConfig({ instances: { work: { ...dataCenter, scopes: "PUBLIC_REPOS REPO_READ" } } });
    expect(right.instances.work).toMatchObject({ scopes: ["PUBLIC_REPOS", "REPO_READ"] });
  });

  test("is spoken to over https, except on this machine", () => {
    const of = (baseUrl: string) => problemsOf({ instances: { work: { ...dataCenter, baseUrl } } });
    expect(of("http://git.example.com")).toMatchObject([
      { path: "instances.work.baseUrl", problem: expect.stringMatching(/^must be https/) },
    ]);
    expect(of("https://git.example.com/?a=b")).toMatchObject([{ problem: "must not have a query" }]);
    expect(of("http://localhost:7990/bitbucket")).toEqual([]);
  });
});

describe("the private key of a Server", () => {
  const at = "instances.old.privateKey";
  const withKey = (privateKey: unknown) => ({
    instances: {
      old: { product: "server", baseUrl: "https://git.example.com", consumerKey: "k", privateKey },
    },
  });

  test.each([
    ["a public key", publicKeyPem, "This is a public key; the private key belongs here."],
    ["an encrypted key", encryptedPem, "The private key is encrypted with a passphrase."],
    ["half a key", pkcs8Pem.slice(0, 400), "The private key is cut off"],
    ["nonsense", "hunter2", "This is not a private key in PEM, or it is damaged."],
  ])("is read with the rest: %s is one of its mistakes", (_name, pem, sentence) => {
    const problems = problemsOf({ ...withKey(pem), listen: { port: -1 } });
    expect(problems.map(({ path }) => path).sort()).toEqual([at, "listen.port"]);
    expect(problems.find(({ path }) => path === at)?.problem).toContain(sentence);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });

  test("goes on as PKCS#8, whichever of both it came as", () => {
    const { old } = parseConfig(withKey(pkcs1Pem)).instances;
    expect(old?.product === "server" && old.privateKey.reveal()).toBe(pkcs8Pem);
    expect(inspect(old, { depth: 9 })).not.toContain("BEGIN");
  });

  test("that is named as a file without the dollar sign is not called missing", () => {
    expect(problemsOf(withKey({ file: "link.pem" }))).toEqual([
      { path: at, problem: "is not text: write $file in place of file, as in { $file: … }" },
    ]);
    expect(problemsOf(withKey(undefined))).toEqual([{ path: at, problem: "is missing" }]);
  });
});

test("a database is a file or a PostgreSQL URL, which does not print its password", () => {
  expect(parseConfig(least).database).toBe("windlass.db");
  expect(parseConfig({ ...least, database: "postgres.db" }).database).toBe("postgres.db");
  const database = "postgresql://windlass:hunter2@db.example.com:5432/windlass?sslmode=verify-full";
  const config = parseConfig({ ...least, database });
  expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toContain("hunter2");
  expect(config.database).toMatchObject({ reveal: expect.any(Function) });
  const broken = problemsOf({ ...least, database: "postgres://windlass:hunter2@db:port/windlass" });
  expect(broken).toEqual([{ path: "database", problem: expect.stringContaining("percent-encoded") }]);
  expect(JSON.stringify(broken)).not.toContain("hunter2");
});
