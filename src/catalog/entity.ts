/** Owns reading one entity, whatever it came from: a user, a group, the files a location names, or a sentence of what is wrong. */
import { isEntityName, isNamespace, type ReferenceContext, settleReference } from "./references.ts";

/** An entity as it was written: what our own fields leave out is here. */
export type EntityObject = Readonly<Record<string, unknown>>;

/** A `User` entity. */
export interface CatalogUser {
  /** `user:default/john`: kind, namespace and name in lower case, as Backstage writes references. */
  readonly ref: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** `spec.profile.email` as written. */
  readonly email?: string | undefined;
  /** The groups it says it is a member of, whole references. */
  readonly memberOf?: readonly string[] | undefined;
  /** Parsed when it is asked for, where the source is a file. */
  readonly entity?: EntityObject | undefined;
  /** The file and the document in it, or the address. */
  readonly place: string;
}

/** A `Group` entity. All references are whole. */
export interface CatalogGroup {
  readonly ref: string;
  readonly parents: readonly string[];
  readonly children: readonly string[];
  readonly members: readonly string[];
  readonly place: string;
}

/** What we read of a user. */
export type UserFields = Omit<CatalogUser, "place" | "entity">;

/** What one document says, before it is known where it stands. */
export type Entity =
  | { readonly kind: "user"; readonly user: UserFields; readonly entity: EntityObject }
  | { readonly kind: "group"; readonly group: Omit<CatalogGroup, "place"> }
  /** Files that a `Location` names, relative to its own. */
  | { readonly kind: "location"; readonly targets: readonly string[] }
  /** None of our business. */
  | { readonly kind: "other" }
  /** Why it cannot be used. */
  | { readonly kind: "broken"; readonly reason: string };

/** Reads a parsed document; never throws. @see "Descriptor Format of Catalog Entities" of Backstage */
export function readEntity(value: unknown): Entity {
  try {
    if (value === null || value === undefined) return { kind: "other" };
    const entity = readObject(value, "the document");
    const kind = readText(entity.kind, "kind");
    if (kind === "User") return { kind: "user", user: readUser(entity), entity };
    if (kind === "Group") return { kind: "group", group: readGroup(entity) };
    if (kind === "Location") return { kind: "location", targets: readTargets(entity) };
    const meant = ["User", "Group"].find((each) => each.toLowerCase() === kind.toLowerCase());
    if (meant !== undefined) throw new Broken(`kind is ${kind}, not ${meant}`);
    return { kind: "other" };
  } catch (error) {
    return { kind: "broken", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Why one entity cannot be used. */
class Broken extends Error {}

function readUser(entity: EntityObject): UserFields {
  const { ref, namespace, metadata } = readHead(entity, "user");
  const spec = readSpec(entity);
  const profile = spec.profile === undefined ? {} : readObject(spec.profile ?? {}, "spec.profile");
  const email = profile.email ?? undefined;
  const group = { kind: "group", namespace };
  return {
    ref,
    annotations: readAnnotations(metadata.annotations),
    ...(email !== undefined && { email: readText(email, "spec.profile.email") }),
    memberOf: unique([
      ...readReferences(spec.memberOf, "spec.memberOf", group),
      ...relatedBy(entity, "memberOf", group),
    ]),
  };
}

function readGroup(entity: EntityObject): Omit<CatalogGroup, "place"> {
  const { ref, namespace } = readHead(entity, "group");
  const spec = readSpec(entity);
  const [group, user] = [
    { kind: "group", namespace },
    { kind: "user", namespace },
  ];
  return {
    ref,
    parents: unique([
      ...readReferences(spec.parent, "spec.parent", group),
      ...relatedBy(entity, "childOf", group),
    ]),
    children: unique([
      ...readReferences(spec.children, "spec.children", group),
      ...relatedBy(entity, "parentOf", group),
    ]),
    members: unique([
      ...readReferences(spec.members, "spec.members", user),
      ...relatedBy(entity, "hasMember", user),
    ]),
  };
}

/** What users and groups have in common. */
function readHead(entity: EntityObject, kind: "user" | "group") {
  const apiVersion = readText(entity.apiVersion, "apiVersion");
  if (!/^backstage\.io\/v1(alpha|beta)1$/.test(apiVersion))
    throw new Broken(`apiVersion is ${apiVersion}, not backstage.io/v1alpha1`);
  const metadata = readObject(entity.metadata, "metadata");
  const name = readText(metadata.name, "metadata.name");
  const namespace =
    metadata.namespace === undefined ? "default" : readText(metadata.namespace, "metadata.namespace");
  if (!isEntityName(name))
    throw new Broken(`metadata.name is ${JSON.stringify(name)}, which is no name of an entity`);
  if (!isNamespace(namespace))
    throw new Broken(`metadata.namespace is ${JSON.stringify(namespace)}, which is no namespace`);
  return { ref: `${kind}:${namespace}/${name}`.toLowerCase(), namespace, metadata };
}

function readSpec(entity: EntityObject): EntityObject {
  return entity.spec === undefined || entity.spec === null ? {} : readObject(entity.spec, "spec");
}

/** The same object: ten thousand copies would be the collector's work. */
function readAnnotations(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  const annotations = readObject(value, "metadata.annotations");
  for (const [key, text] of Object.entries(annotations)) readText(text, `the annotation ${key}`);
  return annotations as Record<string, string>; // each has just been read as text
}

/** One reference or a list of them, all of the kind that belongs there. */
function readReferences(value: unknown, what: string, context: ReferenceContext): readonly string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((item) => {
    const text = readText(item, what);
    const ref = settleReference(text, context);
    if (ref === null || !ref.startsWith(`${context.kind}:`))
      throw new Broken(`${what} has ${JSON.stringify(text)}, which is no reference of a ${context.kind}`);
    return ref;
  });
}

/** As a running catalog gives them beside what was written. Those of other kinds are no membership. */
function relatedBy(entity: EntityObject, type: string, context: ReferenceContext): readonly string[] {
  if (!Array.isArray(entity.relations)) return [];
  return entity.relations.flatMap((relation: unknown) => {
    const { type: own, targetRef } = Object(relation) as Record<string, unknown>; // any value can be read by name
    if (own !== type || typeof targetRef !== "string") return [];
    const ref = settleReference(targetRef, context);
    return ref?.startsWith(`${context.kind}:`) ? [ref] : [];
  });
}

/** Only files: those a `Location` names by address are not followed. */
function readTargets(entity: EntityObject): string[] {
  const spec = readObject(entity.spec, "spec");
  const { type = "file", target, targets = [] } = spec;
  if (type !== "file") throw new Broken(`locations of type ${JSON.stringify(type)} are not read, only files`);
  const list = [...(target === undefined ? [] : [target]), ...(Array.isArray(targets) ? targets : [targets])];
  return list.map((item) => readText(item, "spec.targets"));
}

function readObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Broken(value === undefined ? `${what} is missing` : `${what} has no keys`);
  return value as Record<string, unknown>; // any object can be read by name, and nothing is known of its values
}

function readText(value: unknown, what: string): string {
  if (value === undefined || value === null) throw new Broken(`${what} is missing`);
  if (typeof value !== "string") throw new Broken(`${what} is not text: put its value in quotation marks`);
  if (value.trim() === "") throw new Broken(`${what} is empty`);
  return value;
}

function unique(refs: readonly string[]): readonly string[] {
  return [...new Set(refs)];
}
