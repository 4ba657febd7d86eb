/** Owns reading the body a webhook of a Data Center is made or changed with. */
import { json } from "../answers.ts";
import type { DataCenterContext } from "../context.ts";
import { eventsOf } from "./event-types.ts";
import type { DcHook, DcHookScope } from "./state.ts";

export type DcHookFields = Pick<
  DcHook,
  "name" | "url" | "active" | "events" | "configuration" | "sslVerificationRequired"
> & {
  /** Undefined: the body does not say. */
  readonly secret: string | null | undefined;
  readonly credentials: DcHook["credentials"] | undefined;
};

interface Problem {
  readonly context: string | null;
  readonly message: string;
}

/** Stands for a secret that is not shown. */
export const mask = "*****";

/** Validation of webhooks names no exception, as it was captured. */
function refused(problems: readonly Problem[]): Response {
  return json({ errors: problems.map((problem) => ({ ...problem, exceptionName: null })) }, 400);
}

export function readDcHook(
  context: DataCenterContext,
  scope: DcHookScope["kind"],
  value: unknown,
): DcHookFields | Response {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return refused([{ context: null, message: "A JSON object is required." }]);
  const given = value as Readonly<Record<string, unknown>>; // an object of JSON
  const problems = [
    ...textProblem("name", given.name, 255),
    ...urlProblem(given.url),
    ...eventProblems(eventsOf(context, scope), given.events),
    ...kindProblem("active", given.active, "boolean"),
    ...kindProblem("sslVerificationRequired", given.sslVerificationRequired, "boolean"),
    ...kindProblem("configuration", given.configuration, "object"),
    ...kindProblem("credentials", given.credentials, "object"),
  ];
  return problems.length > 0 ? refused(problems) : fieldsOf(given);
}

/** Of a body that was found right. */
function fieldsOf(given: Readonly<Record<string, unknown>>): DcHookFields {
  const { secret, ...configuration } = recordOf(given.configuration);
  const { username, password } = recordOf(given.credentials);
  const credentials = { username: String(username ?? ""), password: String(password ?? "") };
  const unchanged = given.configuration === undefined || isMask(secret);
  return {
    name: String(given.name),
    url: String(given.url),
    active: given.active !== false,
    events: [...new Set((given.events as readonly unknown[]).map(String))], // found to be a list before
    configuration,
    sslVerificationRequired: given.sslVerificationRequired !== false,
    secret: unchanged ? undefined : typeof secret === "string" && secret !== "" ? secret : null,
    credentials:
      given.credentials === undefined ? undefined : given.credentials === null ? null : credentials,
  };
}

function isMask(value: unknown): boolean {
  return value === mask;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  // An object or null: anything else was refused before.
  return (value ?? {}) as Readonly<Record<string, unknown>>;
}

function textProblem(name: string, value: unknown, most: number): readonly Problem[] {
  if (typeof value === "string" && value.trim() !== "" && value.length <= most) return [];
  return [{ context: name, message: `The ${name} must be between 1 and ${most} characters.` }];
}

/** Addresses of the own network are fine: it is where such servers live. */
function urlProblem(value: unknown): readonly Problem[] {
  const isUrl = typeof value === "string" && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
  return isUrl ? [] : [{ context: "url", message: "The url must be a valid http or https URL." }];
}

function eventProblems(known: readonly string[], events: unknown): readonly Problem[] {
  if (!Array.isArray(events) || events.length === 0)
    return [{ context: "events", message: "At least one event is required." }];
  return events.flatMap((name, at) =>
    typeof name === "string" && known.includes(name)
      ? []
      : [{ context: `events[${at}].id`, message: `the event ${String(name)} is unknown` }],
  );
}

function kindProblem(name: string, value: unknown, kind: "boolean" | "object"): readonly Problem[] {
  const fits = value === undefined || (typeof value === kind && !Array.isArray(value));
  return fits ? [] : [{ context: name, message: `${name} is not of the right kind.` }];
}
