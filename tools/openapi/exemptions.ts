/** Owns what an exemption is: a place of a schema where reality differs, and what may stand there besides. */
import type { OpenApiDocument, Schema } from "./documents.ts";

/** Applied as narrowly as it says; the keyword {@link exempted} tells when one was needed. */
export type Exemption = {
  /** For people, and unique: `repository.parent: null`. */
  readonly id: string;
  /** Where in `components/schemas`: `diffstat/properties/old`. `everywhere/name`: every property of that name. */
  readonly at: string;
  readonly reason: string;
} & (
  | { readonly may: Schema }
  /** Keys of an object that the schema closes. */
  | { readonly mayHave: Readonly<Record<string, Schema>> }
);

/** Ajv comes to this keyword only where a value is the exempted one; its value is the exemption's id. */
export const exempted = "x-exempted";

/** A copy of the document with the exemptions in place. Throws where one points at nothing, or opens what is open. */
export function withExemptions(document: OpenApiDocument, exemptions: readonly Exemption[]): OpenApiDocument {
  const copy = structuredClone(document);
  for (const exemption of exemptions) {
    if ("may" in exemption) allow(copy, exemption);
    else open(copy, exemption);
  }
  return copy;
}

function allow(document: OpenApiDocument, exemption: Extract<Exemption, { readonly may: Schema }>): void {
  const { id, at, may } = exemption;
  const places = at.startsWith("everywhere/")
    ? findAll(document, at.slice("everywhere/".length))
    : [find(document, id, at)];
  if (places.length === 0) throw new Error(`The exemption "${id}" points at nothing: ${at}`);
  for (const { parent, key, schema } of places) {
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schema, and nobody awaits a schema
    parent[key] = { if: may, then: { [exempted]: id }, else: schema };
  }
}

function open(document: OpenApiDocument, exemption: Exclude<Exemption, { readonly may: Schema }>): void {
  const { id, at, mayHave } = exemption;
  const { schema } = find(document, id, at);
  const { properties = {} } = schema;
  if (schema.additionalProperties !== false || !isSchema(properties))
    throw new Error(`"${id}" opens what is not closed: ${at}`);
  for (const [key, value] of Object.entries(mayHave)) {
    if (key in properties) throw new Error(`"${id}" adds the key ${key}, which the document has.`);
    properties[key] = { allOf: [{ [exempted]: `${id} (${key})` }, value] };
  }
}

/** Each exemption's marks: one, or one a key. */
export function marksOf(exemption: Exemption): readonly string[] {
  if ("may" in exemption) return [exemption.id];
  return Object.keys(exemption.mayHave).map((key) => `${exemption.id} (${key})`);
}

interface Place {
  readonly parent: Schema;
  readonly key: string;
  readonly schema: Schema;
}

/** Properties of a name, in all schemas of the document. */
function findAll(place: unknown, key: string): readonly Place[] {
  if (!isSchema(place)) return [];
  const inside = Object.values(place).flatMap((value) => findAll(value, key));
  const { properties } = place;
  const schema = childOf(properties, key);
  return isSchema(properties) && isSchema(schema) ? [...inside, { parent: properties, key, schema }] : inside;
}

function find(document: OpenApiDocument, id: string, at: string): Place {
  const keys = at.split("/");
  const key = keys.pop() ?? "";
  const parent = keys.reduce<unknown>(childOf, document.components.schemas);
  const schema = childOf(parent, key);
  if (!isSchema(parent) || !isSchema(schema))
    throw new Error(`The exemption "${id}" points at nothing: ${at}`);
  return { parent, key, schema };
}

function childOf(place: unknown, key: string): unknown {
  return isSchema(place) ? place[key] : undefined;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null;
}
