/** Owns the questions a resolver of Backstage's puts to the catalog, and which users answer to one. */
import { type Annotation, annotations, spell } from "../catalog/annotations.ts";
import { canonicalEmail } from "../signin/email.ts";
import { type Entity, type EntityName, readUserRef } from "./entity.ts";
import { backstageErrors } from "./errors.ts";

/** What has to be true of the user: every key of one object; of a list, one of its objects. */
export type EntityFilter = Record<string, string | string[]>;

/** Whom a resolver looks for. */
export type AuthResolverCatalogUserQuery =
  /** `user:default/john`, or its parts; a user of the namespace `default` where those are left out. */
  | { entityRef: string | EntityName }
  /** All of them. */
  | { annotations: Record<string, string> }
  /** Paths such as `spec.profile.email`, with the value or values. */
  | { filter: EntityFilter | EntityFilter[] };

/** A question that has been understood. */
export type Question =
  | { readonly kind: "ref"; readonly ref: string }
  /** One of them has to hold, with all its conditions. */
  | { readonly kind: "conditions"; readonly choices: Choices };

export type Choices = readonly (readonly Condition[])[];

interface Condition {
  readonly path: string;
  readonly values: readonly string[];
}

/** Paths that everybody in the catalog, or a whole namespace of it, has in common: alone they choose nobody. */
const commonPaths = new Set(["kind", "apiversion", "metadata.namespace"]);

/**
 * Throws `backstage.query_unusable` where the question leaves out what it asks for. What is `undefined` there asks for nothing, and
 * must not find the one user a small catalog has.
 */
export function readQuery(query: unknown): Question {
  const { entityRef, annotations: named, filter, ...others } = Object(query) as Record<string, unknown>; // any value can be read by name
  const given = [entityRef, named, filter].filter((each) => each !== undefined);
  if (given.length !== 1 || Object.keys(others).length > 0)
    throw unusable("it gives not exactly one of entityRef, annotations and filter");
  if (entityRef !== undefined) {
    const ref = readUserRef(entityRef);
    if (ref === null) throw unusable("its entityRef is none of a user");
    return { kind: "ref", ref };
  }
  const isByAnnotation = named !== undefined;
  const choices = isByAnnotation ? [named] : [filter].flat();
  if (choices.length === 0) throw unusable("its filter is an empty list");
  return {
    kind: "conditions",
    choices: choices.map((choice) => readChoice(choice, isByAnnotation ? "metadata.annotations." : "")),
  };
}

function readChoice(choice: unknown, prefix: string): readonly Condition[] {
  if (typeof choice !== "object" || choice === null) throw unusable("it has something else than keys");
  const conditions = Object.entries(choice).map(([key, value]: [string, unknown]) => {
    const path = prefix + key;
    const values = [value].flat();
    if (values.length === 0 || !values.every(isText)) throw unusable(`it has no text for ${path}`);
    return { path, values };
  });
  if (conditions.every(({ path }) => commonPaths.has(path.toLowerCase())))
    throw unusable("it has no condition that tells one user from another");
  return conditions;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

/** Whether the entity is one of those that are asked for. */
export function answers(entity: Entity, choices: Choices): boolean {
  return choices.some((conditions) => conditions.every((condition) => holds(entity, condition)));
}

/** For the operator's log: what was looked for. */
export function describe(question: Question): string {
  if (question.kind === "ref") return question.ref;
  const told = question.choices.map((conditions) =>
    conditions.map(({ path, values }) => `${path}=${values.join("|")}`).join(" & "),
  );
  return told.join(" or ");
}

/** The one annotation of Bitbucket's that is asked for, which the catalog finds at once; null for any other question. */
export function soleAnnotation([conditions, ...others]: Choices): { name: Annotation; value: string } | null {
  const [condition, another] = conditions ?? [];
  const [value, ...more] = condition?.values ?? [];
  if (value === undefined || more.length + others.length > 0 || another !== undefined) return null;
  const name = annotationAt(condition?.path ?? "");
  return name === undefined ? null : { name, value };
}

function holds(entity: Entity, { path, values }: Condition): boolean {
  const spellings = new Set(values.map((value) => spellAt(path, value)));
  return valuesAt(entity, path).some((value) => spellings.has(spellAt(path, value)));
}

/** Everything that stands at a path; each item of a list for itself. A key may have dots in it, as annotations have. */
function valuesAt(entity: Entity, path: string): readonly string[] {
  const relation = /^relations\.(\w+)$/.exec(path)?.[1];
  if (relation !== undefined)
    return (entity.relations ?? []).flatMap(({ type, targetRef }) => (type === relation ? targetRef : []));
  return below(entity, path).map(String);
}

function below(value: unknown, path: string): readonly unknown[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) => {
    if (key === path) return [item].flat().filter((each) => typeof each !== "object");
    return path.startsWith(`${key}.`) ? below(item, path.slice(key.length + 1)) : [];
  });
}

const caseless = /^(kind|metadata\.(name|namespace)|relations\.\w+)$/;

/** The spelling in which values are compared: as everywhere in the house, and else letter by letter. */
function spellAt(path: string, value: string): string {
  if (path === "spec.profile.email") return canonicalEmail(value) ?? value;
  const annotation = annotationAt(path);
  if (annotation !== undefined) return spell(annotation, value);
  return caseless.test(path) ? value.toLowerCase() : value;
}

function annotationAt(path: string): Annotation | undefined {
  return Object.values(annotations).find((name) => path === `metadata.annotations.${name}`);
}

/** `why` names keys and paths only. */
function unusable(why: string): Error {
  return backstageErrors.fail("backstage.query_unusable", { detail: why });
}
