/** Owns the configuration: one schema for the object in code and for `windlass.yaml`, checked as a whole. */
import { z } from "zod";
import { isLoopback } from "../base/http/loopback.ts";
import { Secret } from "../base/secret.ts";
import { isPostgresUrl, type Place } from "../storage/engine.ts";
import { accountNotices, accounts } from "./accounts-config.ts";
import { admins, checkAdmins } from "./admins-config.ts";
import { catalog } from "./catalog-config.ts";
import { unknownKeyProblem } from "./config-keys.ts";
import { appErrors } from "./errors.ts";
import { identityToken } from "./identity-config.ts";
import { httpUrl, instance, isSafe, secret } from "./instance-config.ts";
import { limits, trustedProxies } from "./limits-config.ts";
import { network, networkNotices } from "./network-config.ts";
import { signInOpeners } from "./openers-config.ts";
import { signInPageWays } from "./sign-in-page-config.ts";
import { checkSignIn, signIn } from "./signin-config.ts";

const portRange = "must be a whole number from 0 to 65535";

/** 0 takes any that is free. */
const port = z.int(portRange).min(0, portRange).max(65_535, portRange);

const baseUrl = httpUrl
  .refine((url) => new URL(url).pathname === "/", "must not have a path")
  .refine(isSafe, "must be https (http is accepted for localhost and other loopback addresses only)")
  .transform((url) => new URL(url).origin);

export const schema = z.strictObject({
  baseUrl: baseUrl
    .optional()
    .describe(
      "The address people see, without a path: https, http on loopback only. Default: localhost with the port that is listened on.",
    ),
  listen: z
    .strictObject({
      host: z
        .string()
        .default("127.0.0.1")
        .describe("The address; 127.0.0.1 is reached by this machine alone."),
      port: port.default(8000).describe("0 takes any that is free."),
    })
    .prefault({})
    .describe("Where the server listens."),
  database: z
    .string()
    .min(1)
    .refine(
      (place) => !isPostgresUrl(place) || URL.canParse(place),
      "must be postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters percent-encoded",
    )
    .default("windlass.db")
    .transform((place): Place => (isPostgresUrl(place) ? new Secret(place) : place))
    .describe(
      "Path of the SQLite file, `:memory:`, or `postgres://USER:PASSWORD@HOST/DATABASE`, which prints as a secret.",
    ),
  key: z
    .union([secret, z.array(secret).min(1)], "must be a key, or a list of keys")
    .transform((keys) => (Array.isArray(keys) ? keys : [keys]))
    .optional()
    .describe(
      "32 bytes in Base64 that seal all secrets; several, in a list or divided by spaces: the first wraps, all of them open. Without it a key file is kept beside an SQLite database; PostgreSQL needs it.",
    ),
  instances: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "must be lower case letters, digits and dashes"),
      instance,
    )
    .refine((instances) => Object.keys(instances).length > 0, "needs at least one instance")
    .describe(
      "Every Bitbucket, by a name of your own, which is part of its callback address: `/auth/NAME/callback`.",
    ),
  network,
  limits,
  trustedProxies,
  sessions: z
    .strictObject({
      idleSeconds: z
        .int()
        .min(60)
        .default(24 * 3600)
        .describe("A session ends when nothing was asked for so long."),
      absoluteSeconds: z
        .int()
        .min(60)
        .default(14 * 24 * 3600)
        .describe("A session ends so long after signing in, whatever happens."),
      plainCookiesOnLoopback: z
        .boolean()
        .default(false)
        .describe(
          "Safari refuses `__Host-` cookies over http: a plain name there. Dangerous anywhere but on loopback.",
        ),
    })
    .prefault({})
    .describe("How long people stay signed in."),
  signIn,
  signInOpeners,
  signInPage: signInPageWays,
  catalog,
  identityToken,
  accounts,
  admins,
  analyses: z
    .strictObject({
      parallelCalls: z
        .int()
        .min(1)
        .max(32)
        .default(8)
        .describe("Calls to Bitbucket at the same time, of one analysis."),
      callsPerHour: z
        .int()
        .min(1)
        .default(1000)
        .describe("Calls that analyses may spend of an hour, of one consumer."),
    })
    .prefault({})
    .describe("How commits are read."),
  audit: z
    .strictObject({ keepDays: z.int().min(1).default(400).describe("How long its entries are kept.") })
    .prefault({})
    .describe("The record of what happened."),
  metrics: z
    .strictObject({
      host: z.string().min(1).default("127.0.0.1").describe("The address it listens on."),
      port: port.default(9464).describe("0 takes any that is free."),
      allowRemote: z
        .boolean()
        .default(false)
        .describe(
          "Lets it listen beyond this machine. There is no login: dangerous, unless a network or a proxy keeps others away.",
        ),
    })
    .optional()
    .describe(
      "For operators, on an address of its own: `/metrics` and `/health`. Off unless it is there; `{}` is enough.",
    ),
  log: z
    .strictObject({
      level: z
        .enum(["debug", "info", "warn", "error", "silent"])
        .default("info")
        .describe("The least that is logged."),
    })
    .prefault({})
    .describe("What is logged, to standard error."),
});

function checkMetrics({ metrics }: z.output<typeof schema>, check: z.RefinementCtx): void {
  if (metrics === undefined || metrics.allowRemote) return;
  const { host } = metrics;
  if (isLoopback(host === "::1" ? "[::1]" : host)) return;
  const message =
    "must be an address of this machine alone, such as 127.0.0.1: there is no login (allowRemote: true lets everybody read it who can reach it)";
  check.addIssue({ code: "custom", path: ["metrics", "host"], message });
}

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
  const result = schema
    .superRefine(checkSignIn)
    .superRefine(checkAdmins)
    .superRefine(checkMetrics)
    .safeParse(input, { reportInput: true });
  if (result.success) {
    const { data } = result;
    const config = { ...data, baseUrl: data.baseUrl ?? defaultBaseUrl(data.listen.port) };
    const notices = [...networkNotices(config), ...accountNotices(config)];
    return notices.length === 0 ? config : { ...config, notices };
  }
  const problems = result.error.issues.flatMap(describe);
  throw configInvalid(problems);
}

/** Where any free port was asked for, the address is known only once one is bound. */
export function withBoundPort(config: Config, port: number): Config {
  const { baseUrl, listen } = config;
  if (listen.port !== 0) return config;
  return { ...config, baseUrl: baseUrl === defaultBaseUrl(0) ? defaultBaseUrl(port) : baseUrl };
}

function defaultBaseUrl(port: number): string {
  return `http://localhost:${port}`;
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
    const above = issue.path.map(String);
    return issue.keys.map((key) => ({
      path: `${at}${key}`,
      problem: unknownKeyProblem(schema, above, key),
    }));
  }
  if (issue.code === "invalid_type" && issue.input === undefined) return [{ path, problem: "is missing" }];
  if (issue.code === "invalid_union" && issue.input === undefined) return [{ path, problem: "is missing" }];
  if (issue.code === "invalid_key")
    return [{ path, problem: issue.issues[0]?.message ?? "is not a name that can be used" }];
  return [{ path, problem: issue.message }];
}
