/** Owns reading the body a webhook is made or changed with. */
import type { Rules } from "../../core/rules.ts";
import { apiError } from "../answers.ts";
import { eventTypesOf, type SubjectType } from "./event-types.ts";
import type { Hook } from "./state.ts";

/** What a body may say of a hook; what it does not name is absent. */
export type HookFields = Partial<
  Pick<Hook, "description" | "url" | "active" | "secret" | "skipCertVerification" | "events">
>;

export interface HookForm {
  readonly subject: SubjectType;
  /** Url and events must be there. */
  readonly isWhole: boolean;
}

const longestSecret = 128;

/** Bad requests to hooks name the mistakes in a list of texts, as one of them was captured. */
export function badHook(...problems: readonly string[]): Response {
  return apiError(400, { message: "Bad request", fields: problems.map(fieldText) });
}

function fieldText(problem: string): string {
  const thrown = `io.atlassian.webhooks.config.exceptions.FieldValidationException: ${problem}`;
  return `Field: {${thrown}.field} Error: {${thrown}.message}`;
}

/** Reads a body by what a hook of that subject may have. */
export function readHook(value: unknown, { subject, isWhole }: HookForm): HookFields | Response {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return badHook("The body is not a JSON object.");
  const given = value as Readonly<Record<string, unknown>>; // an object of JSON
  const problems = [
    ...urlProblems(given.url, isWhole),
    ...eventProblems(given.events, subject, isWhole),
    ...kindProblem("description", given.description, "string"),
    ...kindProblem("active", given.active, "boolean"),
    ...kindProblem("skip_cert_verification", given.skip_cert_verification, "boolean"),
    ...secretProblems(given.secret),
  ];
  return problems.length > 0 ? badHook(...problems) : fieldsOf(given);
}

/** Of a body that was found right. */
function fieldsOf(given: Readonly<Record<string, unknown>>): HookFields {
  const { description, url, active, secret, skip_cert_verification: skips, events } = given;
  return {
    ...(typeof description === "string" ? { description } : {}),
    ...(typeof url === "string" ? { url } : {}),
    ...(typeof active === "boolean" ? { active } : {}),
    ...(secret === undefined ? {} : { secret: typeof secret === "string" && secret !== "" ? secret : null }),
    ...(typeof skips === "boolean" ? { skipCertVerification: skips } : {}),
    ...(Array.isArray(events) ? { events: events.map(String) } : {}),
  };
}

function urlProblems(url: unknown, isWhole: boolean): readonly string[] {
  if (url === undefined && !isWhole) return [];
  if (url === undefined || url === null || url === "") return ['Required field: "url" is not present'];
  if (typeof url !== "string" || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return ['Field: "url" is not a valid URL'];
  return [];
}

function eventProblems(events: unknown, subject: SubjectType, isWhole: boolean): readonly string[] {
  if (events === undefined && !isWhole) return [];
  if (!Array.isArray(events) || events.length === 0) return ['Required field: "events" is not present'];
  const known = new Set(eventTypesOf(subject).map(([name]) => name));
  const unknown = events.filter((name) => typeof name !== "string" || !known.has(name));
  const doubled = new Set(events).size < events.length ? ['Field: "events" has an event twice'] : [];
  return [...unknown.map((name) => `Field: "events" has an invalid event: ${String(name)}`), ...doubled];
}

function kindProblem(name: string, value: unknown, kind: "string" | "boolean"): readonly string[] {
  if (value === undefined || typeof value === kind) return [];
  return [value === null ? `Field: "${name}" may not be null` : `Field: "${name}" is not a ${kind}`];
}

function secretProblems(secret: unknown): readonly string[] {
  if (secret === undefined || secret === null) return [];
  if (typeof secret !== "string") return ['Field: "secret" is not a string'];
  return secret.length > longestSecret ? [`Field: "secret" is longer than ${longestSecret} characters`] : [];
}

/** A new hook's values where its body is silent. */
export function usualFields({ hookActiveUnlessTold }: Rules): Required<Omit<HookFields, "url" | "events">> {
  return { description: "", active: hookActiveUnlessTold, secret: null, skipCertVerification: false };
}
