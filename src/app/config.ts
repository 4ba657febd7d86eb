/** Owns the configuration: one schema for the object in code and for `windlass.yaml`, checked as a whole. */
import { z } from "zod";
import { isLoopback } from "../base/http/loopback.ts";
import { Secret } from "../base/secret.ts";
import { isScope, suggestScope } from "../bitbucket/scopes/suggest.ts";
import { appErrors } from "./errors.ts";
import { catalog, checkSignIn, instanceSignIn, signIn } from "./signin-config.ts";

const secret = z
  .union([z.string().min(1, "is empty"), z.instanceof(Secret)])
  .transform((value) => (value instanceof Secret ? value : new Secret(value)));

const scopeList = z
  .union([z.string().transform((text) => text.split(/[\s,]+/).filter(Boolean)), z.array(z.string())])
  .pipe(z.array(z.string().refine(isCloudScope, { error: unknownScope })).min(1, "names no scope"));

const portRange = "must be a whole number from 1 to 65535";

const httpUrl = z
  .url({ protocol: /^https?$/, error: "is not an http or https address" })
  .transform((url) => url.replace(/\/+$/, ""));

const port = z.int(portRange).min(1, portRange).max(65_535, portRange);

const cloud = z.strictObject({
  product: z.literal("cloud"),
  clientId: z.string().min(1, "is empty"),
  clientSecret: secret,
  scopes: scopeList.default(["account", "email"]),
  urls: z
    .strictObject({ authorize: httpUrl, token: httpUrl, api: httpUrl, web: httpUrl })
    .partial()
    .default({}),
  ...instanceSignIn,
});

const selfHosted = {
  /** With its context path, such as `https://example.com/bitbucket`. */
  baseUrl: httpUrl,
  /** Certificates in PEM to be trusted beside the well-known ones. */
  ca: z.string().includes("-----BEGIN CERTIFICATE-----", { error: "is no certificate in PEM" }).nullish(),
};

const dataCenter = z
  .strictObject({
    product: z.literal("data-center"),
    ...selfHosted,
    /** Of the incoming link; none where people only bring HTTP access tokens. */
    clientId: z.string().min(1, "is empty").optional(),
    clientSecret: secret.optional(),
    scopes: z
      .union([z.string().transform((text) => text.split(/[\s,]+/).filter(Boolean)), z.array(z.string())])
      .pipe(z.array(z.string()).min(1, "names no scope"))
      .default(["PUBLIC_REPOS"]),
    ...instanceSignIn,
  })
  .check(({ value, issues }) => {
    for (const [one, other] of [
      ["clientId", "clientSecret"] as const,
      ["clientSecret", "clientId"] as const,
    ]) {
      if (value[one] === undefined || value[other] !== undefined) continue;
      issues.push({ code: "custom", message: "is missing", path: [other], input: value[other] });
    }
  });

const server = z.strictObject({
  product: z.literal("server"),
  ...selfHosted,
  /** Of the application link's incoming authentication. */
  consumerKey: z.string().min(1, "is empty"),
  /** RSA in PEM. */
  privateKey: secret,
  ...instanceSignIn,
});

const instance = z.preprocess(
  (value) => (isObject(value) && value.product === undefined ? { ...value, product: "cloud" } : value),
  z.discriminatedUnion("product", [cloud, dataCenter, server]),
);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

const baseUrl = httpUrl
  .refine((url) => new URL(url).pathname === "/", "must not have a path")
  .refine(isSafeOrigin, "must be https (http is accepted for localhost and other loopback addresses only)")
  .transform((url) => new URL(url).origin);

const schema = z.strictObject({
  /** The address people see, without a path. https unless loopback. Default: localhost with the port listened on. */
  baseUrl: baseUrl.optional(),
  listen: z.strictObject({ host: z.string().default("127.0.0.1"), port: port.default(8000) }).prefault({}),
  /** Path of the SQLite file, or `:memory:`. */
  database: z.string().min(1).default("windlass.db"),
  /** 32 bytes in Base64. Without it a key file is kept beside the database. */
  key: secret.optional(),
  instances: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "must be lower case letters, digits and dashes"),
      instance,
    )
    .refine((instances) => Object.keys(instances).length > 0, "needs at least one instance"),
  sessions: z
    .strictObject({
      idleSeconds: z
        .int()
        .min(60)
        .default(24 * 3600),
      absoluteSeconds: z
        .int()
        .min(60)
        .default(14 * 24 * 3600),
      /** Safari refuses `__Host-` cookies over http: a plain name there. Dangerous anywhere but on loopback. */
      plainCookiesOnLoopback: z.boolean().default(false),
    })
    .prefault({}),
  signIn,
  catalog,
  analyses: z
    .strictObject({
      parallelCalls: z.int().min(1).max(32).default(8),
      callsPerHour: z.int().min(1).default(1000),
    })
    .prefault({}),
  log: z
    .strictObject({ level: z.enum(["debug", "info", "warn", "error", "silent"]).default("info") })
    .prefault({}),
});

/** What may be written, in code or in the file. */
export type ConfigInput = z.input<typeof schema>;
/** What is in force: complete, checked, secrets unprintable. */
export type Config = z.output<typeof schema> & {
  readonly baseUrl: string;
  /** What was found while reading it and an operator should know, one sentence each. */
  readonly notices?: readonly string[];
};

/** One mistake, and where. */
export interface ConfigProblem {
  readonly path: string;
  readonly problem: string;
}

/**
 * Checks a configuration as a whole.
 * @throws `app.config_invalid` with every mistake at once in `data.problems`, each with its path.
 */
export function parseConfig(input: unknown): Config {
  const result = schema.superRefine(checkSignIn).safeParse(input);
  if (result.success)
    return { ...result.data, baseUrl: result.data.baseUrl ?? `http://localhost:${result.data.listen.port}` };
  const problems = result.error.issues.flatMap(describe);
  throw configInvalid(problems);
}

/** The failure that lists mistakes, also for those found while reading a file. */
export function configInvalid(problems: readonly ConfigProblem[]): Error {
  const list = problems.map(({ path, problem }) => `\n  ${path}: ${problem}`).join("");
  const count = problems.length === 1 ? "one mistake" : `${problems.length} mistakes`;
  return appErrors.fail("app.config_invalid", {
    message: `The configuration has ${count}:${list}\n`,
    data: { problems },
  });
}

function describe(issue: z.core.$ZodIssue): ConfigProblem[] {
  const path = issue.path.map(String).join(".") || "configuration";
  if (issue.code === "unrecognized_keys") {
    const at = issue.path.length === 0 ? "" : `${path}.`;
    return issue.keys.map((key) => ({ path: `${at}${key}`, problem: "is not a key that is known here" }));
  }
  if (issue.code === "invalid_type" && issue.input === undefined) return [{ path, problem: "is missing" }];
  if (issue.code === "invalid_union" && issue.input === undefined) return [{ path, problem: "is missing" }];
  if (issue.code === "invalid_key")
    return [{ path, problem: issue.issues[0]?.message ?? "is not a name that can be used" }];
  return [{ path, problem: issue.message }];
}

function isCloudScope(name: string): boolean {
  return isScope(name, "cloud");
}

function unknownScope({ input }: { readonly input?: unknown }): string {
  const meant = suggestScope(String(input), "cloud");
  return meant === null
    ? `has ${JSON.stringify(input)}, which is no scope of Bitbucket Cloud such as account or repository:write`
    : `has ${JSON.stringify(input)}: Bitbucket calls it \`${meant}\``;
}

/** https anywhere; http only where nobody else can listen in. */
function isSafeOrigin(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || isLoopback(hostname);
}
