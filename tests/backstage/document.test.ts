/** Backstage's own TypeScript, with the import's path changed: it compiles, and signs people in. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { cloudUrls } from "../../src/cli/emulated-instances.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { newVisitor } from "../stories/visitor.ts";
import { openWorkplace, type Running, type Workplace } from "./program.ts";

let emulator: Emulator;
let place: Workplace;
let origin: string;
let running: Running | undefined;
let compiled: readonly string[];

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  // The address Backstage's guide registers; people come back below it.
  emulator = await createEmulator({ callbackUrl: `${origin}/api/auth/bitbucket` });
  place = openWorkplace();
  place.write({ "org.yaml": catalog, ...programs() });
  compiled = await place.compile(...Object.keys(programs()));
}, 120_000);

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

afterAll(async () => {
  place?.remove();
  await emulator?.close();
});

const catalog = `apiVersion: backstage.io/v1alpha1
kind: User
metadata:
  name: john
  annotations:
    bitbucket.org/username: johndoe
spec:
  profile: { email: user@example.com }
  memberOf: [team-a]
`;

/** The code block of the document behind the mark `<!-- run: NAME -->`. */
function block(name: string): string {
  const document = readFileSync("docs/from-backstage.md", "utf8");
  const found = document.split(`<!-- run: ${name} -->\n`)[1]?.match(/^```\w+\n(.*?)^```$/ms)?.[1];
  if (found === undefined) throw new Error(`The document has no block that is marked ${name}.`);
  return found;
}

/** Backstage's configuration as its guide writes it: no resolver in the file, the old system's was in code. */
const appConfig = (scopes: string) => `auth:
  environment: development
  providers:
    bitbucket:
      development:
        clientId: \${AUTH_BITBUCKET_CLIENT_ID}
        clientSecret: \${AUTH_BITBUCKET_CLIENT_SECRET}
        additionalScopes: "${scopes}"
backend:
  baseUrl: ${origin}
catalog:
  locations: [{ type: file, target: ./org.yaml }]
windlass:
  database: ":memory:"
  instances: { bitbucket: { urls: ${JSON.stringify(cloudUrls(emulator))} } }
`;

/** How Backstage's guide imports and how it hands the provider on, and our call in the place of its router. */
const oldSystem = (factories: string, names: string) => `
import {
${names}
} from 'windlass/backstage';
import { fromBackstage } from 'windlass/backstage';
import { createWindlass } from 'windlass';
import { serve } from '@hono/node-server';

const windlass = await createWindlass(fromBackstage({
  config: 'app-config.yaml',
${factories}
}));
serve({ fetch: windlass.handler, hostname: 'localhost', port: Number(new URL(${JSON.stringify(origin)}).port) });
`;

const documentFactories = `
  // ...
  providerFactories: {
    bitbucket: createBitbucketProvider({
      signIn: {
        resolver: bitbucketUsernameSignInResolver,
      },
    }),
  },
`;

const laterFactories = `
  providerFactories: {
    bitbucket: providers.bitbucket.create({
      async authHandler({ fullProfile, params }) {
        if (fullProfile.username === 'janeroe') throw new Error(\`not her, \${params.id_token}\`);
        return { profile: { displayName: fullProfile.displayName, email: fullProfile.emails?.[0]?.value } };
      },
      signIn: {
        resolver: async (info, ctx) => {
          const { profile: { email }, result } = info;
          if (!email) throw new Error('Login failed, user profile does not contain an email');
          try {
            return await ctx.signInWithCatalogUser({ filter: { kind: ['User'], 'spec.profile.email': email } });
          } catch (error) {
            const name = result.fullProfile.username;
            return ctx.issueToken({ claims: { sub: \`user:visitors/\${name}\`, ent: [\`user:visitors/\${name}\`] } });
          }
        },
      },
    }),
  },
`;

/** A resolver with one line of its own. */
const resolving = (line: string) =>
  `import { createBitbucketProvider } from "windlass/backstage";\ncreateBitbucketProvider({ signIn: { resolver: async ({ result }, ctx) => {\n${line}\nreturn ctx.issueToken({ claims: { sub: "user:default/a" } });\n} } });\n`;

/** Everything that is compiled, and in one go, since our own sources are compiled along. */
const programs = (): Readonly<Record<string, string>> => ({
  "document.ts": oldSystem(
    documentFactories,
    "  createBitbucketProvider,\n  bitbucketUsernameSignInResolver,",
  ),
  "later.ts": oldSystem(laterFactories, "  providers,"),
  "right.ts": resolving("void result;"),
  "token.ts": resolving("result.accessToken;"),
  "nothing.ts": resolving("if (result) return;"),
  "server.ts": block("server.ts"),
  "resolver.ts": block("resolver.ts"),
});

/** What the compiler says of one of them. */
const saidOf = (file: string) => compiled.filter((line) => line.startsWith(`${file}(`));

async function start(file: string, scopes = ""): Promise<void> {
  place.write({ "app-config.yaml": appConfig(scopes) });
  const [consumer] = emulator.consumers;
  running = place.start(file, {
    AUTH_BITBUCKET_CLIENT_ID: consumer?.key ?? "",
    AUTH_BITBUCKET_CLIENT_SECRET: consumer?.secret ?? "",
  });
  await running.ready(origin);
}

/** Logs in at the local Bitbucket, grants, and asks who is signed in now. */
async function signIn(displayName: string) {
  const visitor = newVisitor();
  const login = await visitor.open(`${origin}/auth/bitbucket/login`);
  const person = new RegExp(`name="person" value="([^"]+)">${displayName}<`).exec(login.html)?.[1] ?? "";
  const next = /name="next" value="([^"]+)"/.exec(login.html)?.[1]?.replaceAll("&amp;", "&") ?? "";
  const consent = await visitor.submit(login, "/account/signin/", [
    ["person", person],
    ["next", next],
  ]);
  const end = await visitor.submit(consent, consent.url.href, [["decision", "grant"]]);
  return { end, session: JSON.parse((await visitor.open(`${origin}/auth/session`)).html) };
}

describe("the document's example, with only the import's path changed", () => {
  test("B12: compiles, and whoever has the annotation is signed in as that user of the catalog", async () => {
    expect(saidOf("document.ts")).toEqual([]);
    await start("document.ts");
    const john = await signIn("John Doe");
    expect(john.session).toMatchObject({ user: { displayName: "John Doe", entityRef: "user:default/john" } });
    const back = john.end.trail.find((url) => url.origin === origin);
    expect(back?.pathname).toBe("/api/auth/bitbucket/handler/frame");
    const jane = await signIn("Jane Roe");
    expect([jane.end.status, jane.session]).toEqual([403, { user: null }]);
  });

  test("with the names of later versions it compiles and signs in too, and a function decides", async () => {
    expect(saidOf("later.ts")).toEqual([]);
    await start("later.ts", "email");
    expect((await signIn("John Doe")).session).toMatchObject({ user: { entityRef: "user:default/john" } });
    const jane = await signIn("Jane Roe");
    expect(jane.session).toEqual({ user: null });
    expect(jane.end.html).not.toContain("not her");
  });

  test("code that wants Bitbucket's token, or signs in by nothing, does not compile", async () => {
    expect(saidOf("right.ts")).toEqual([]);
    expect(saidOf("token.ts").join("\n")).toContain("'accessToken' does not exist");
    expect(saidOf("nothing.ts").join("\n")).toContain("undefined");
  });
});

describe("our own document", () => {
  test("its programs compile", async () => {
    expect([...saidOf("server.ts"), ...saidOf("resolver.ts")]).toEqual([]);
  });

  test("its program for the old system signs in as it stands, on another port", async () => {
    place.write({ "here.ts": block("server.ts").replaceAll("7007", new URL(origin).port) });
    await start("here.ts");
    expect((await signIn("John Doe")).session).toMatchObject({ user: { entityRef: "user:default/john" } });
  });

  test("its resolver lets in who has a confirmed address of the domain, and says nothing of why not", async () => {
    const program = block("server.ts")
      .replace("createBitbucketProvider,\n  bitbucketUsernameSignInResolver,", "")
      .replace(/bitbucket: createBitbucketProvider\(.*?\n {6}\}\),/s, "bitbucket,");
    place.write({
      "org.yaml": catalog.replace("name: john", "name: user"),
      "with-resolver.ts": `import { bitbucket } from "./resolver.ts";\n${program.replaceAll("7007", new URL(origin).port)}`,
    });
    await start("with-resolver.ts", "email");
    expect((await signIn("John Doe")).session).toMatchObject({ user: { entityRef: "user:default/user" } });
    const kim = await signIn("Kim Noname");
    expect(kim.session).toEqual({ user: null });
    expect(kim.end.html).not.toMatch(/confirmed|none of ours/);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
