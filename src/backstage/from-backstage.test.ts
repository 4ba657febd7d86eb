import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../app/config.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Secret } from "../base/secret.ts";
import { type FromBackstageOptions, fromBackstage } from "./from-backstage.ts";
import { createBitbucketProvider } from "./provider.ts";
import { bitbucketUserIdSignInResolver } from "./resolver.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "windlass-from-backstage-"));
  writeFileSync(join(folder, "org.yaml"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

const withResolver = {
  bitbucket: createBitbucketProvider({ signIn: { resolver: bitbucketUserIdSignInResolver } }),
};
const list = { resolvers: [{ resolver: "usernameMatchingUserEntityAnnotation" }] };

interface Said {
  readonly bitbucket?: Readonly<Record<string, unknown>>;
  readonly providers?: Readonly<Record<string, unknown>>;
  readonly windlass?: unknown;
}

/** What `app-config.yaml` says, as an object. */
function saying({ bitbucket = {}, providers, windlass = {} }: Said = {}) {
  const development = { clientId: `\${ID}`, clientSecret: `\${SECRET}`, ...bitbucket };
  return {
    auth: { providers: providers ?? { bitbucket: { development } } },
    catalog: { locations: [{ type: "file", target: join(folder, "org.yaml") }] },
    windlass,
  };
}

const environment = { ID: "key", SECRET: "secret" };

const from = (options: Partial<FromBackstageOptions>) =>
  fromBackstage({ config: saying(), environment, ...options });

/** The paths that are complained of. */
function mistakes(options: Partial<FromBackstageOptions>): readonly string[] {
  try {
    from(options);
    return [];
  } catch (error) {
    if (!isWindlassError(error, "app.config_invalid")) throw error;
    return (error.data.problems as { path: string }[]).map(({ path }) => path); // as `configInvalid` writes them
  }
}

/** Who signs in, as it is in force. */
const signInOf = (options: Partial<FromBackstageOptions>) =>
  parseConfig(from(options)).instances.bitbucket?.signIn;

const here = "auth.providers.bitbucket.development";

describe("what is read", () => {
  test("an object has its variables replaced, Backstage's own Config has had them", () => {
    const secretOf = (options: Partial<FromBackstageOptions>) =>
      (parseConfig(from(options)).instances.bitbucket as { clientSecret: Secret }).clientSecret.reveal(); // Cloud has one
    expect(secretOf({})).toBe("secret");
    for (const secret of [`a\${SECRET}b`, `$\${SECRET}`, `$$\${SECRET}$$`, "$", "${", `\${a\${SECRET}`])
      expect(
        secretOf({ config: { get: () => saying({ bitbucket: { clientId: "a", clientSecret: secret } }) } }),
      ).toBe(secret);
  });

  test("a path is that of the file, and its catalog lies beside it", () => {
    const path = join(folder, "app-config.yaml");
    writeFileSync(
      path,
      JSON.stringify({ ...saying(), catalog: { locations: [{ type: "file", target: "./org.yaml" }] } }),
    );
    expect(parseConfig(from({ config: path })).catalog.locations).toMatchObject([
      { target: join(folder, "org.yaml") },
    ]);
    expect(mistakes({ config: join(folder, "nowhere.yaml") })).toEqual([join(folder, "nowhere.yaml")]);
    writeFileSync(path, "a: [");
    expect(mistakes({ config: path })).toEqual([path]);
  });

  test("what is not read is told to the logger", () => {
    const told: string[] = [];
    const url = { type: "url", target: "https://example.com/org.yaml" };
    const config = { ...saying(), catalog: { locations: [url] } };
    const bare = { bitbucket: createBitbucketProvider() };
    from({ config, providerFactories: bare, logger: { warn: (message) => told.push(message) } });
    expect(told.join("\n")).toContain("catalog.locations.0");
    expect(told.join("\n")).toContain(`A resolver belongs at ${here}.signIn.resolvers.`);
  });
});

describe("who signs in", () => {
  test("is the factory's to say, or the file's where the factory says nothing, and nobody where neither does", () => {
    expect(signInOf({ providerFactories: withResolver })).toMatchObject({ resolvers: [{}] });
    const bare = { bitbucket: createBitbucketProvider() };
    const config = saying({ bitbucket: { signIn: list } });
    expect(signInOf({ config, providerFactories: bare })).toEqual(signInOf({ config }));
    expect(signInOf({ config })).toMatchObject({ resolvers: [{}] });
    expect(signInOf({ providerFactories: bare })).toBe(false);
    expect(signInOf({})).toBe(false);
    const handler = { bitbucket: createBitbucketProvider({ authHandler: async () => ({ profile: {} }) }) };
    expect(signInOf({ providerFactories: handler })).toBe(false);
  });

  test.each<[string, Said]>([
    [`${here}.signIn`, { bitbucket: { signIn: list } }],
    ["windlass.instances.bitbucket.signIn", { windlass: { instances: { bitbucket: { signIn: list } } } }],
    ["windlass.instances.bitbucket.signIn", { windlass: { instances: { bitbucket: { signIn: false } } } }],
    ["windlass.signIn", { windlass: { signIn: list } }],
  ])("is not said twice: %s contradicts a factory's resolver, and its authHandler", (path, said) => {
    const config = saying(said);
    const handler = { bitbucket: createBitbucketProvider({ authHandler: async () => ({ profile: {} }) }) };
    expect(mistakes({ config, providerFactories: withResolver })).toEqual([path]);
    expect(mistakes({ config, providerFactories: handler })).toEqual([path]);
    expect(mistakes({ config, providerFactories: { bitbucket: createBitbucketProvider() } })).toEqual([]);
  });

  test("rules of the instance are asked beside a factory's resolver; where they would not be, they are refused", () => {
    const rules = [{ workspace: "acme" }];
    const beside = saying({ windlass: { instances: { bitbucket: { signIn: { rules } } } } });
    expect(signInOf({ config: beside, providerFactories: withResolver })).toMatchObject({
      resolvers: [{}],
      rules: [{ workspace: "acme" }],
    });
    const handler = { bitbucket: createBitbucketProvider({ authHandler: async () => ({ profile: {} }) }) };
    expect(mistakes({ config: beside, providerFactories: handler })).toEqual([
      "windlass.instances.bitbucket.signIn",
    ]);
    const atRoot = saying({ windlass: { signIn: { rules } } });
    expect(mistakes({ config: atRoot, providerFactories: withResolver })).toEqual(["windlass.signIn"]);
  });

  test("a factory of another maker, or under another name, is refused", () => {
    const foreign = (() => ({})) as never; // as code without types hands it in
    expect(mistakes({ providerFactories: { bitbucket: foreign, github: foreign } })).toEqual([
      "providerFactories.bitbucket",
      "providerFactories.github",
    ]);
    expect(mistakes({ providerFactories: { bitbuket: createBitbucketProvider() } })).toEqual([
      "providerFactories.bitbuket",
    ]);
  });

  test("what should be a function and is none is refused, as where an import is misspelled", () => {
    for (const resolver of [undefined, null, "bitbucketUsernameSignInResolver", {}]) {
      const bitbucket = createBitbucketProvider({ signIn: { resolver: resolver as never } }); // as code without types hands it in
      expect(mistakes({ providerFactories: { bitbucket } })).toEqual([
        "providerFactories.bitbucket.signIn.resolver",
      ]);
    }
    const nothing = { signIn: null as never, authHandler: {} as never }; // the same
    expect(mistakes({ providerFactories: { bitbucket: createBitbucketProvider(nothing) } })).toEqual([
      "providerFactories.bitbucket.signIn.resolver",
      "providerFactories.bitbucket.authHandler",
    ]);
  });

  test("a factory for a provider that is not there is refused, wherever else such an instance stands", () => {
    const server = {
      development: { host: "git.example.com", clientId: "a", clientSecret: "b", signIn: list },
    };
    const own = { instances: { bitbucket: { clientId: "key", clientSecret: "secret" } } };
    const config = saying({ providers: { bitbucketServer: server }, windlass: own });
    for (const bitbucket of [withResolver.bitbucket, createBitbucketProvider()])
      expect(mistakes({ config, providerFactories: { bitbucket } })).toEqual([here]);
    expect(mistakes({ config })).toEqual([]);
    const elsewhere = saying({ providers: { bitbucket: { production: {} } } });
    expect(mistakes({ config: elsewhere, providerFactories: withResolver })).toContain(here);
    expect(mistakes({ config: { backend: {} }, providerFactories: withResolver })).toEqual([
      "auth.providers",
    ]);
  });
});
