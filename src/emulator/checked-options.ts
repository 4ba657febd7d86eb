/** Owns telling what is wrong with options before anything is made: all mistakes at once, each named. */
import { z } from "zod";
import { EmulatorFailure } from "./core/errors.ts";
import { readRule } from "./core/rules.ts";
import { isDcRule, readDcRule } from "./data-center/rules.ts";
import type { EmulatorOptions } from "./options.ts";

const port = z.int("must be a port: 0 takes any").min(0).max(65_535).optional();
const rules = z.record(z.string(), z.unknown());
const isFunction = (value: unknown) => typeof value === "function";
const place = z.union([
  z.literal(false),
  z.strictObject({
    port,
    version: z.string().optional(),
    contextPath: z.string().optional(),
    redirectUrl: z.string().optional(),
  }),
]);
const hasPathOrSteps = (value: unknown) =>
  typeof value === "object" &&
  value !== null &&
  (("path" in value && typeof value.path === "string") || "steps" in value);
const isClock = (value: unknown) =>
  typeof value === "object" && value !== null && "now" in value && "sleep" in value && "advance" in value;

/** What each option looks like; what a seed, a rule or a history says is judged by who reads it. */
const optionsSchema = z.strictObject({
  port,
  apiPort: port,
  host: z.literal("127.0.0.1").optional(),
  rules: z.union([z.literal(["today", "2025"]), rules], 'must be "today", "2025" or some rules').optional(),
  seed: z.custom((value) => typeof value === "object" && value !== null, "must be an object").optional(),
  repositories: z
    .array(z.custom(hasPathOrSteps, "must be { path } or what repository(…) gives"), "must be a list")
    .optional(),
  callbackUrl: z.url("must be an absolute URL").optional(),
  autoApprove: z.string().optional(),
  dataCenterRules: rules.optional(),
  clock: z.custom(isClock, "must be a clock with now, sleep and advance").optional(),
  record: z.string().min(1, "must be the path of a file").optional(),
  onRequest: z.custom(isFunction, "must be a function").optional(),
  dataCenter: place.optional(),
  server: place.optional(),
} satisfies Record<keyof EmulatorOptions, z.ZodType>);

/** Throws {@link EmulatorFailure} `bad_option`. */
export function checkOptions(options: EmulatorOptions): void {
  const { error } = optionsSchema.safeParse(options);
  const problems = [
    ...(error?.issues ?? []).map(
      ({ path, message }) => `${path.join(".")}${path.length === 0 ? "" : " "}${message}`,
    ),
    ...wrongRules(options.rules, (name, value) => readRule(name, value)),
    ...wrongRules(options.dataCenterRules, (name, value) =>
      isDcRule(name) ? readDcRule(name, value) : `There is no rule "${name}" of Data Center`,
    ),
  ];
  if (problems.length === 0) return;
  throw new EmulatorFailure("bad_option", `Options of createEmulator: ${problems.join("; ")}.`, problems);
}

function wrongRules(
  given: EmulatorOptions["rules"] | EmulatorOptions["dataCenterRules"],
  read: (name: string, value: string) => object | string,
): readonly string[] {
  if (typeof given !== "object" || given === null) return [];
  return Object.entries(given).flatMap(([name, value]) => {
    const problem = value === undefined ? null : read(name, String(value));
    return typeof problem === "string" ? [problem] : [];
  });
}
