/** Owns what is said of a key that is not known: the nearest right one, or what another system's name is called here. */
import { z } from "zod";
import { editDistance } from "../base/edit-distance.ts";
import { foreignKeys } from "./foreign-keys.ts";

/** As much of a JSON Schema as names keys. */
interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: Shape | boolean;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
}

/** The keys that may be written at a path of the schema's input; `*` stands for any name. None where there is no object. */
export function keysAt(schema: z.ZodType, path: readonly string[]): readonly string[] {
  const root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Shape; // names keys as `Shape` does
  const found = path.reduce((shapes, key) => shapes.flatMap((shape) => below(shape, key)), variants(root));
  return [...new Set(found.flatMap(({ properties = {} }) => Object.keys(properties)))];
}

/** What is wrong with a key that the schema does not know. `path` is where it stands, without the key. */
export function unknownKeyProblem(schema: z.ZodType, path: readonly string[], key: string): string {
  const unknown = "is not a key that is known here";
  const keys = keysAt(schema, path);
  const sameLetters = keys.find((each) => plain(each) === plain(key));
  const foreign = Object.hasOwn(foreignKeys, key) ? foreignKeys[key] : undefined;
  if (foreign !== undefined) {
    const { of, here, note } = foreign;
    const target = here === null ? "not needed here" : `\`${here.replace("*", "NAME")}\` here`;
    return `${unknown}: what ${of} calls so is ${target}${note === undefined ? "" : ` (${note})`}`;
  }
  const meant = sameLetters ?? nearest(key, keys);
  return meant === undefined ? unknown : `${unknown}: did you mean \`${meant}\`?`;
}

/** Capitals, dashes and underlines make no difference. */
function plain(key: string): string {
  return key.toLowerCase().replace(/[-_]/g, "");
}

/** At most a third of its letters apart. */
function nearest(key: string, keys: readonly string[]): string | undefined {
  const apart = (each: string) => editDistance(plain(key), plain(each));
  const [first] = keys.toSorted((one, other) => apart(one) - apart(other));
  return first !== undefined && apart(first) <= Math.floor(key.length / 3) ? first : undefined;
}

function below(shape: Shape, key: string): readonly Shape[] {
  const { properties, additionalProperties, items } = shape;
  if (properties !== undefined && Object.hasOwn(properties, key)) return variants(properties[key]);
  if (items !== undefined && /^(\d+|\*)$/.test(key)) return variants(items);
  return typeof additionalProperties === "object" ? variants(additionalProperties) : [];
}

function variants(shape: Shape | undefined): readonly Shape[] {
  if (shape === undefined) return [];
  const { anyOf = [], oneOf = [] } = shape;
  return [shape, ...[...anyOf, ...oneOf].flatMap(variants)];
}
