/** Owns the configuration as JSON Schema, for editors and for its own documentation. */
import { z } from "zod";
import { schema } from "./config.ts";

/** As much of JSON Schema as is written here. @see https://json-schema.org/draft/2020-12 */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: SchemaNode | boolean;
  readonly propertyNames?: SchemaNode;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly $ref?: string;
}

/** Keys that are read off others, and so need not be written. */
const derived: readonly string[] = ["about"];
const defaulted: readonly string[] = ["product"];

/** What may be written in a file, before variables and files are put in. */
export function fileSchema(): SchemaNode & { readonly $defs: Readonly<Record<string, SchemaNode>> } {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "windlass.yaml",
    ...written(rootNode()),
    $defs: { elsewhere },
  } as SchemaNode & { readonly $defs: Readonly<Record<string, SchemaNode>> }; // the two further keys are JSON Schema's own
}

/** Every key as it may be written, without what stands for values. */
export function rootNode(): SchemaNode {
  const { $schema: _, ...node } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return node as SchemaNode; // what is not named there is not looked at
}

/** In place of any text. */
const elsewhere: SchemaNode = {
  description: "A value that stands elsewhere: in a file beside this one, or in an environment variable.",
  anyOf: [
    { type: "string", pattern: "^\\$file:.|\\$\\{[A-Za-z_]" },
    object({ $file: { type: "string", description: "A path, relative to this file." } }),
    object({ $env: { type: "string", description: "The name of an environment variable." } }),
  ],
};

function object(properties: Readonly<Record<string, SchemaNode>>): SchemaNode {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

/** Text may stand elsewhere; what is derived is not written; of kinds that differ by it, any may be meant. */
function written(node: SchemaNode): SchemaNode {
  const {
    properties,
    required,
    additionalProperties,
    items,
    anyOf,
    oneOf,
    default: usual,
    ...rest
  } = known(node);
  // What only code can hand in says nothing of itself.
  const kinds = [...(anyOf ?? []), ...(oneOf ?? [])].filter((kind) => Object.keys(kind).length > 0);
  // What is made of keys of its own says their defaults there.
  const standing = usual !== undefined && properties === undefined ? { default: usual } : {};
  const whole: SchemaNode = {
    ...rest,
    ...standing,
    ...(properties && { properties: writtenProperties(properties) }),
    ...(required && { required: required.filter((key) => ![...derived, ...defaulted].includes(key)) }),
    ...(typeof additionalProperties === "object"
      ? { additionalProperties: written(additionalProperties) }
      : additionalProperties !== undefined && { additionalProperties }),
    ...(items && { items: written(items) }),
    ...(kinds.length > 0 && { anyOf: kinds.map(written) }),
  };
  if (node.type !== "string") return whole;
  const { description, default: value, ...text } = whole;
  return {
    ...(description !== undefined && { description }),
    ...(value !== undefined && { default: value }),
    anyOf: [text, { $ref: "#/$defs/elsewhere" }],
  };
}

/** Zod has formats of its own that say nothing to others. */
function known({ format, ...node }: SchemaNode): SchemaNode {
  return format === "uri" ? { ...node, format } : node;
}

function writtenProperties(properties: Readonly<Record<string, SchemaNode>>) {
  const kept = Object.entries(properties).filter(([key]) => !derived.includes(key));
  return Object.fromEntries(kept.map(([key, node]) => [key, written(node)]));
}
