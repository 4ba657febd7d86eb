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
  /** The values as they are compared, and the spelling itself. */
  readonly spellings: ReadonlySet<string>;
  readonly spell: (value: string) => string;
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
    const spell = spellingAt(path);
    return { path, values, spell, spellings: new Set(values.map(spell)) };
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

/** What a condition leaves over: a look-up the catalog does at once, or null where everybody has to be looked at. */
export type Shortcut =
  | { readonly kind: "annotation"; readonly name: Annotation; readonly values: readonly string[] }
  | { readonly kind: "email"; readonly values: readonly string[] };

/** Whom to look at for one choice; every one of its conditions has to hold, so any of them will do. */
export function shortcutOf(conditions: readonly Condition[]): Shortcut | null {
  for (const { path, values } of conditions) {
    const name = annotationAt(path);
    if (name !== undefined) return { kind: "annotation", name, values };
    if (path === emailPath) return { kind: "email", values };
  }
  return null;
}

/** Whether something is asked for that is not written in the entity itself: its groups, or a namespace that was left out. */
export function asksMore(choices: Choices): boolean {
  return choices.some((conditions) =>
    conditions.some(({ path }) => path.startsWith("relations.") || path === "metadata.namespace"),
  );
}

function holds(entity: Entity, { path, spellings, spell }: Condition): boolean {
  return valuesAt(entity, path).some((value) => spellings.has(spell(value)));
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
  const object = value as Readonly<Record<string, unknown>>; // any object can be read by name
  if (Object.hasOwn(object, path)) return [object[path]].flat().filter((each) => typeof each !== "object");
  for (let dot = path.indexOf("."); dot !== -1; dot = path.indexOf(".", dot + 1)) {
    const key = path.slice(0, dot);
    const found = Object.hasOwn(object, key) ? below(object[key], path.slice(dot + 1)) : [];
    if (found.length > 0) return found;
  }
  return [];
}

const emailPath = "spec.profile.email";

const caseless = /^(kind|metadata\.(name|namespace)|relations\.\w+)$/;

/** How values are spelled to be compared: as everywhere in the house, and else letter by letter. */
function spellingAt(path: string): (value: string) => string {
  const annotation = annotationAt(path);
  if (annotation !== undefined) return (value) => spell(annotation, value);
  if (path === emailPath) return (value) => canonicalEmail(value) ?? value;
  return caseless.test(path) ? (value) => value.toLowerCase() : (value) => value;
}

function annotationAt(path: string): Annotation | undefined {
  return Object.values(annotations).find((name) => path === `metadata.annotations.${name}`);
}

/** `why` names keys and paths only. */
function unusable(why: string): Error {
  return backstageErrors.fail("backstage.query_unusable", { detail: why });
}
