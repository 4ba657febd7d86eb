/** Owns `fromBackstage`: Backstage's configuration and provider factories become ours. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { type ConfigInput, type ConfigProblem, configInvalid } from "../app/config.ts";
import { readBackstage } from "../server/backstage-config.ts";
import { type AuthProviderFactory, type BitbucketProviderOptions, readFactory } from "./provider.ts";
import { instanceSignIn } from "./sign-in.ts";

/** Backstage's own `Config`, of which the whole is read. */
export interface BackstageConfigReader {
  /** Without a key: all of it. */
  get(): unknown;
}

/** What `fromBackstage` reads. */
export interface FromBackstageOptions {
  /**
   * The path of `app-config.yaml`; what it says, as an object, its variables still to be replaced; or Backstage's own `Config`, where they
   * have been.
   */
  readonly config: string | BackstageConfigReader | Readonly<Record<string, unknown>>;
  /** By the names of `auth.providers`. What the file says of a provider that is not named here stands. */
  readonly providerFactories?: Readonly<Record<string, AuthProviderFactory>>;
  /** Is told what is in the file and not read. */
  readonly logger?: { warn(message: string): void };
  /** For `${NAME}`; this process's own unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * What `createWindlass` takes, of what Backstage's auth backend took. A provider without a resolver, in the factory or in the file, signs
 * nobody in.
 * @throws `app.config_invalid` with every mistake at once, also where file and factory both say who signs in
 */
export function fromBackstage(options: FromBackstageOptions): ConfigInput {
  const { environment = process.env, providerFactories = {}, logger } = options;
  const factories = Object.entries(providerFactories);
  const wrong = factories.flatMap(([provider, factory]) => mistakesOf(provider, readFactory(factory)));
  if (wrong.length > 0) throw configInvalid(wrong);
  const given = new Map(
    factories.map(([provider, factory]) => [provider, instanceSignIn(readFactory(factory) ?? {})]),
  );
  const { root, folder } = openConfig(options.config);
  const readFile = (path: string) => readFileSync(path, "utf8");
  const read = readBackstage([{ root, folder }], { environment, readFile, listen: {}, given });
  if (read === null) throw configInvalid([{ path: "auth.providers", problem: "is missing" }]);
  for (const notice of read.notices) logger?.warn(notice);
  return read.input;
}

/** Other providers are other people's; a name with a typo in it would be one nobody asks. */
function mistakesOf(provider: string, factory: BitbucketProviderOptions | null): readonly ConfigProblem[] {
  const path = `providerFactories.${provider}`;
  if (factory === null) return [{ path, problem: "was not made by createBitbucketProvider" }];
  if (provider !== "bitbucket") return [{ path, problem: "is no provider that is known here: bitbucket is" }];
  const functions = {
    ...(factory.signIn !== undefined && { "signIn.resolver": factory.signIn?.resolver }),
    ...(factory.authHandler !== undefined && { authHandler: factory.authHandler }),
  };
  return Object.entries(functions)
    .filter(([, given]: [string, unknown]) => typeof given !== "function")
    .map(([name]) => ({ path: `${path}.${name}`, problem: "is no function: is its import misspelled?" }));
}

/** What the configuration says, and the folder its files are named from. */
function openConfig(config: FromBackstageOptions["config"]): { root: unknown; folder: string } {
  if (typeof config !== "string") {
    const root = isReader(config) ? literal(config.get()) : config;
    return { root, folder: process.cwd() };
  }
  try {
    return { root: parse(readFileSync(config, "utf8")), folder: dirname(resolve(config)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw configInvalid([{ path: config, problem: `cannot be read (${reason})` }]);
  }
}

function isReader(config: object): config is BackstageConfigReader {
  return "get" in config && typeof config.get === "function";
}

/** What has been replaced once is not replaced again: a secret may have `${` in it. */
function literal(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/\$\{(?=[^{}]*\})/g, "$$$&");
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => [key, literal(item)]),
  );
}
