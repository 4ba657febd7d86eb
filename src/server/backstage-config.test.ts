import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isWindlassError } from "../base/errors.ts";
import { readEntities } from "../catalog/entities.ts";
import { readDuration } from "./duration.ts";
import { readBackstageListen } from "./listen.ts";
import { type ListenOverride, readConfigFiles } from "./read-config.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "windlass-backstage-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Variables = Readonly<Record<string, string>>;

function read(yaml: string, environment: Variables = {}, listen: ListenOverride = {}) {
  const path = join(folder, "app-config.yaml");
  writeFileSync(path, yaml);
  return readConfigFiles([path], environment, listen);
}

function problemsOf(yaml: string, environment: Variables = {}): unknown {
  try {
    read(yaml, environment);
  } catch (error) {
    if (isWindlassError(error, "app.config_invalid")) return error.data.problems;
    throw error;
  }
  return [];
}

/** One provider, `bitbucket` unless told, with these lines in its environment. */
const provider = (lines: string, { name = "bitbucket", environment = "development" } = {}) =>
  `auth:\n  environment: ${environment}\n  providers:\n    ${name}:\n      ${environment}:\n${lines.replace(/^/gm, "        ")}\n`;

const credential = "clientId: key\nclientSecret: hunter2";

const secretOf = (config: ReturnType<typeof read>) => {
  const { bitbucket } = config.instances;
  return bitbucket?.product === "cloud" ? bitbucket.clientSecret.reveal() : null;
};

describe("what the file says becomes ours", () => {
  test("B7, B8: the guide's YAML alone: account and nothing more, Backstage's port and callback, nobody signs in yet", () => {
    const guide = provider(
      `clientId: \${AUTH_BITBUCKET_CLIENT_ID}\nclientSecret: \${AUTH_BITBUCKET_CLIENT_SECRET}`,
    );
    const config = read(guide, {
      AUTH_BITBUCKET_CLIENT_ID: "key",
      AUTH_BITBUCKET_CLIENT_SECRET: "hunter2\n",
    });
    expect(config).toMatchObject({
      baseUrl: "http://localhost:7007",
      listen: { host: "127.0.0.1", port: 7007 },
      instances: {
        bitbucket: {
          clientId: "key",
          scopes: ["account"],
          signIn: false,
          callbackPath: "/api/auth/bitbucket/handler/frame",
        },
      },
    });
    expect(secretOf(config)).toBe("hunter2");
  });

  test("addresses, scopes, session and catalog; other keys are none of our business", () => {
    mkdirSync(join(folder, "packages/backend"), { recursive: true });
    mkdirSync(join(folder, "examples"));
    writeFileSync(join(folder, "examples/org.yaml"), "");
    const config = read(
      `${provider(`${credential}
additionalScopes: email, repository|pullrequest
callbackUrl: https://portal.example.com/api/auth/own/back
sessionDuration: { days: 30 }
signIn: { resolvers: [{ resolver: userIdMatchingUserEntityAnnotation }] }`)}    github: { development: { clientId: "\${NOT_SET}", colour: blue } }
organization: { name: Acme }
backend:
  baseUrl: https://portal.example.com
  listen: { host: "", port: "8080" }
  database: \${NOT_SET}
catalog:
  providers: { $include: nowhere.yaml }
  locations:
    - { type: url, target: https://example.com/org.yaml }
    - { type: file, target: ../../examples/org.yaml }
    - { type: file, target: ./people/*.yaml, rules: [] }
`,
    );
    expect(config).toMatchObject({
      baseUrl: "https://portal.example.com",
      listen: { host: "", port: 8080 },
      sessions: { idleSeconds: 2_592_000, absoluteSeconds: 2_592_000 },
      instances: {
        bitbucket: {
          scopes: ["account", "email", "repository", "pullrequest"],
          callbackPath: "/api/auth/own/back",
          signIn: { resolvers: [{ resolver: "userIdMatchingUserEntityAnnotation" }] },
        },
      },
      catalog: {
        locations: [{ target: join(folder, "examples/org.yaml") }, { target: join(folder, "people/*.yaml") }],
      },
    });
    expect(config.notices).toEqual(["catalog.locations.0 of type url is not read: only files are."]);
  });

  test("bitbucketServer is a Data Center beside it, with a callback of its own", () => {
    const text = provider(`host: git.example.com\n${credential}`, { name: "bitbucketServer" });
    const both = `${text}    bitbucket: { development: { clientId: a, clientSecret: b } }\n`;
    expect(read(both).instances).toMatchObject({
      "bitbucket-server": {
        product: "data-center",
        baseUrl: "https://git.example.com",
        clientId: "key",
        callbackPath: "/api/auth/bitbucketServer/handler/frame",
        signIn: false,
      },
      bitbucket: { product: "cloud", clientId: "a" },
    });
    expect(problemsOf(text.replace("host: git.example.com", "").replace(/ +clientSecret.*\n/, ""))).toEqual([
      { path: "auth.providers.bitbucketServer.development.host", problem: "is missing" },
      { path: "auth.providers.bitbucketServer.development.clientSecret", problem: "is missing" },
    ]);
  });

  test("what Backstage has no key for stands below windlass, or in our variables; options go before all", () => {
    const text = `${provider(credential)}windlass: { database: "\${DB:-here.db}", log: { level: warn } }\n`;
    expect(read(text, { WINDLASS_DATABASE: "there.db" }, { port: 9 })).toMatchObject({
      database: "here.db",
      log: { level: "warn" },
      listen: { port: 9 },
    });
    expect(read(provider(credential), { WINDLASS_DATABASE: "there.db" }).database).toBe("there.db");
    expect(problemsOf(`${provider(credential)}windlass: { databse: here.db }\n`)).toEqual([
      { path: "windlass.databse", problem: "is not a key that is known here: did you mean `database`?" },
    ]);
  });
});

test("the guide's own example is accepted as it stands, and its entity is one", () => {
  const guide = readFileSync(join(import.meta.dirname, "../../docs/guides/backstage.md"), "utf8");
  const [config = "", entity = ""] = [...guide.matchAll(/^```yml\n(.*?)^```$/gms)].map(([, text]) => text);
  const environment = { AUTH_BITBUCKET_CLIENT_ID: "key", AUTH_BITBUCKET_CLIENT_SECRET: "hunter2" };
  expect(read(config, environment)).toMatchObject({
    baseUrl: "http://localhost:7007",
    listen: { host: "", port: 7007 },
    instances: { bitbucket: { clientId: "key", callbackPath: "/api/auth/bitbucket/handler/frame" } },
    catalog: { locations: [{ target: join(folder, "org.yaml") }] },
  });
  const { users, warnings } = readEntities({ name: "org.yaml", text: entity });
  expect([users[0]?.ref, warnings]).toEqual(["user:default/john", []]);
});

describe("substitution by Backstage's rules", () => {
  const v = (name: string) => `\${${name}}`;
  const secretBy = (written: string, environment: Variables = {}) =>
    secretOf(read(provider(`clientId: key\nclientSecret: ${written}`), environment));

  test("variables, fallbacks, literals", () => {
    expect(secretBy(`a-${v("ONE")}-${v("TWO")}`, { ONE: " 1 ", TWO: "2" })).toBe("a-1-2");
    expect(secretBy(v("NONE:-fall"))).toBe("fall");
    expect(secretBy(v("EMPTY:-fall"), { EMPTY: "" })).toBe("fall");
    expect(secretBy(`$${v("NONE")}`)).toBe(v("NONE"));
    expect(secretBy("{ $env: ONE }", { ONE: "1" })).toBe("1");
  });

  test("files and includes, from where they stand", () => {
    mkdirSync(join(folder, "secrets"));
    writeFileSync(join(folder, "secrets/secret.txt"), "s3cret \n\n");
    writeFileSync(join(folder, "secrets/all.yaml"), `a: { b: plain }\nc: ${v("ONE")}\n`);
    expect(secretBy(`{ $file: 'secrets/${v("NAME")}.txt' }`, { NAME: "secret" })).toBe("s3cret");
    expect(secretBy("{ $include: 'secrets/all.yaml#c' }", { ONE: "1" })).toBe("1");
    expect(secretBy("{ $include: 'secrets/all.yaml#a.b' }")).toBe("plain");
    const included = provider("clientId: key\nclientSecret: { $file: secret.txt }").replace("auth:\n", "");
    writeFileSync(join(folder, "secrets/auth.yaml"), included);
    expect(secretOf(read("auth: { $include: secrets/auth.yaml }\n"))).toBe("s3cret");
  });

  test("one variable that is unset makes the whole value missing", () => {
    const at = "auth.providers.bitbucket.development.clientSecret";
    const problemWith = (written: string) =>
      problemsOf(provider(`clientId: key\nclientSecret: ${written}`), { ONE: "1" });
    expect(problemWith(`a-${v("ONE")}-${v("NONE")}`)).toEqual([
      { path: at, problem: "needs the environment variable NONE, which is not set" },
    ]);
    expect(problemWith("{ $env: NONE }")).toEqual([
      { path: at, problem: "needs the environment variable NONE, which is not set" },
    ]);
    expect(problemWith("{ $file: nowhere.txt }")).toMatchObject([
      { path: at, problem: "names the file nowhere.txt, which cannot be read" },
    ]);
    expect(problemWith("{ $file: a.txt, $env: ONE }")).toMatchObject([
      { path: at, problem: "has $file beside other keys" },
    ]);
    expect(problemWith("null")).toEqual([{ path: at, problem: "is missing" }]);
  });

  test("a file that includes itself comes to an end", () => {
    writeFileSync(join(folder, "loop.yaml"), "a: { $include: loop.yaml }\n");
    expect(problemsOf(provider(`${credential}\nsignIn: { $include: loop.yaml }`))).not.toEqual([]);
  });
});

describe("mistakes are told by the file's own paths", () => {
  const here = "auth.providers.bitbucket.development";

  test.each([
    ["an unknown key", provider(`${credential}\ncolour: blue`), `${here}.colour`],
    ["an empty secret", provider('clientId: key\nclientSecret: ""'), `${here}.clientSecret`],
    [
      "a scope that never was",
      provider(`${credential}\nadditionalScopes: [email, team]`),
      `${here}.additionalScopes.1`,
    ],
    ["the same in a text", provider(`${credential}\nadditionalScopes: team`), `${here}.additionalScopes`],
    [
      "a resolver nobody has",
      provider(`${credential}\nsignIn: { resolvers: [{ resolver: x }] }`),
      `${here}.signIn.resolvers.0.resolver`,
    ],
    [
      "an option nobody has",
      provider(
        `${credential}\nsignIn: { resolvers: [{ resolver: usernameMatchingUserEntityAnnotation, allowedDomains: [example.com] }] }`,
      ),
      `${here}.signIn.resolvers.0.allowedDomains`,
    ],
    [
      "a callback elsewhere",
      provider(`${credential}\ncallbackUrl: https://evil.example/api/auth/a/b`),
      `${here}.callbackUrl`,
    ],
    [
      "a callback nobody serves",
      provider(`${credential}\ncallbackUrl: http://localhost:7007/`),
      `${here}.callbackUrl`,
    ],
    ["no duration", provider(`${credential}\nsessionDuration: soon`), `${here}.sessionDuration`],
    [
      "a duration that is none",
      provider(`${credential}\nsessionDuration: { seconds: 1 }`),
      `${here}.sessionDuration`,
    ],
    [
      "another provider of the name",
      provider(credential, { name: "bitbucketCloud" }),
      "auth.providers.bitbucketCloud",
    ],
    [
      "keys above the environment",
      "auth: { providers: { bitbucket: { clientId: key } } }",
      "auth.providers.bitbucket.clientId",
    ],
    [
      "an environment that is not there",
      provider(credential).replace("environment: development", "environment: staging"),
      "auth.providers.bitbucket.staging",
    ],
    ["no provider of ours", "auth: { providers: { github: {} } }", "auth.providers.bitbucket.development"],
    ["an address to listen on", `${provider(credential)}backend: { listen: here }`, "backend.listen"],
    ["a port", `${provider(credential)}backend: { listen: 99999 }`, "backend.listen.port"],
    [
      "a base URL",
      `${provider(credential)}backend: { baseUrl: "http://portal.example.com" }`,
      "backend.baseUrl",
    ],
    [
      "a resolver without a catalog",
      provider(`${credential}\nsignIn: { resolvers: [{ resolver: usernameMatchingUserEntityAnnotation }] }`),
      "catalog.locations",
    ],
    [
      "a location without a target",
      `${provider(credential)}catalog: { locations: [{ type: file }] }`,
      "catalog.locations.0.target",
    ],
    [
      "another environment's unknown key",
      `${provider(credential)}      production: { colour: blue, clientId: { $file: nowhere } }`,
      "auth.providers.bitbucket.production.colour",
    ],
  ])("%s", (_, yaml, path) => {
    expect(new Set((problemsOf(yaml) as { path: string }[]).map((each) => each.path))).toContain(path); // as `configInvalid` writes them
  });
});

test("another environment is one mistake, which names it and those that are there", () => {
  const text = provider(credential).replace("environment: development", "environment: staging");
  const path = "auth.providers.bitbucket.staging";
  expect(problemsOf(text)).toEqual([
    { path, problem: "is missing: auth.environment is staging, there is only development" },
  ]);
  expect(problemsOf(`${text}      production: { clientId: a, clientSecret: b }\n`)).toEqual([
    { path, problem: "is missing: auth.environment is staging, there are development, production" },
  ]);
  expect(problemsOf("auth: { providers: { bitbucket: { clientId: key } } }")).toEqual([
    {
      path: "auth.providers.bitbucket.clientId",
      problem: "belongs below an environment, such as development",
    },
  ]);
});

test.each([
  [undefined, { port: 7007 }],
  [7007, { port: 7007 }],
  ["7007", { port: 7007 }],
  [":7007", { host: "", port: 7007 }],
  ["0.0.0.0:80", { host: "0.0.0.0", port: 80 }],
  ["[::1]:80", { host: "::1", port: 80 }],
  [{ port: 80 }, { port: 80 }],
  [
    { host: "::", port: "80" },
    { host: "::", port: 80 },
  ],
  [{ host: "localhost" }, { host: "localhost", port: 7007 }],
  ["localhost", null],
  ["a:b:80", null],
  [{ port: "http" }, null],
  [{ host: 7 }, null],
  [["7007"], null],
])("backend.listen %j is %j", (written, read) => {
  expect(readBackstageListen(written)).toEqual(read);
});

test.each([
  ["P30D", 2_592_000],
  ["PT1H30M", 5_400],
  ["P1W", 604_800],
  ["30d", 2_592_000],
  ["2 hours", 7_200],
  ["90 minutes", 5_400],
  [{ days: 1, hours: 1 }, 90_000],
  ["P", null],
  ["soon", null],
  ["", null],
  [{ days: "1" }, null],
  [{ moons: 1 }, null],
  [{}, null],
  [7, null],
  [null, null],
])("the duration %j is %j seconds", (written, seconds) => {
  expect(readDuration(written)).toBe(seconds);
});
