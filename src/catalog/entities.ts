/** Owns reading catalog files: YAML documents in, users and further files out; what is broken is named and left out. */
import { parseAllDocuments } from "yaml";

/** A file as it was read. */
export interface CatalogFile {
  /** As the operator knows it; stands in warnings. */
  readonly name: string;
  readonly text: string;
}

/** A `User` entity. */
export interface CatalogUser {
  /** `user:default/john`: kind, namespace and name in lower case, as Backstage writes references. */
  readonly ref: string;
  readonly annotations: ReadonlyMap<string, string>;
  /** The file and the document in it. */
  readonly place: string;
}

export interface CatalogContents {
  readonly users: readonly CatalogUser[];
  /** Files that `Location` entities name, relative to this one. */
  readonly targets: readonly string[];
  /** What was left out and why, one sentence each. */
  readonly warnings: readonly string[];
}

/** Reads one file. Entities of other kinds are none of our business. @see "Descriptor Format of Catalog Entities" of Backstage */
export function readEntities({ name, text }: CatalogFile): CatalogContents {
  const users: CatalogUser[] = [];
  const targets: string[] = [];
  const warnings: string[] = [];
  const documents = [...parseAllDocuments(text, { prettyErrors: true })];
  documents.forEach((document, index) => {
    const place = documents.length === 1 ? name : `${name}, document ${index + 1}`;
    try {
      const [error] = document.errors;
      if (error !== undefined) throw new Broken(error.message.split("\n")[0]?.replace(/:$/, "") ?? "no YAML");
      const value: unknown = document.toJS();
      if (value === null || value === undefined) return;
      const entity = readObject(value, "the document");
      const kind = readText(entity.kind, "kind");
      if (kind === "User") users.push(readUser(entity, place));
      else if (kind === "Location") targets.push(...readTargets(entity));
      else if (kind.toLowerCase() === "user") throw new Broken(`kind is ${kind}, not User`);
    } catch (error) {
      warnings.push(`${place} is left out: ${error instanceof Error ? error.message : String(error)}.`);
    }
  });
  return { users, targets, warnings };
}

/** Why one entity cannot be used. */
class Broken extends Error {}

function readUser(entity: Record<string, unknown>, place: string): CatalogUser {
  const apiVersion = readText(entity.apiVersion, "apiVersion");
  if (!/^backstage\.io\/v1(alpha|beta)1$/.test(apiVersion))
    throw new Broken(`apiVersion is ${apiVersion}, not backstage.io/v1alpha1`);
  const metadata = readObject(entity.metadata, "metadata");
  const name = readText(metadata.name, "metadata.name");
  const namespace =
    metadata.namespace === undefined ? "default" : readText(metadata.namespace, "metadata.namespace");
  if (name.length > 63 || !/^[A-Za-z0-9]+([-_.][A-Za-z0-9]+)*$/.test(name))
    throw new Broken(`metadata.name is ${JSON.stringify(name)}, which is no name of an entity`);
  if (namespace.length > 63 || !/^[a-z0-9]+(-+[a-z0-9]+)*$/i.test(namespace))
    throw new Broken(`metadata.namespace is ${JSON.stringify(namespace)}, which is no namespace`);
  return {
    ref: `user:${namespace}/${name}`.toLowerCase(),
    annotations: readAnnotations(metadata.annotations),
    place,
  };
}

function readAnnotations(value: unknown): ReadonlyMap<string, string> {
  if (value === undefined || value === null) return new Map();
  const entries = Object.entries(readObject(value, "metadata.annotations"));
  return new Map(entries.map(([key, text]) => [key, readText(text, `the annotation ${key}`)]));
}

/** Only files: those a `Location` names by address are not followed. */
function readTargets(entity: Record<string, unknown>): string[] {
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
