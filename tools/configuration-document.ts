/** Owns the table of keys in docs/configuration.md, and the JSON Schema that editors read: both made of the one schema. */
import { fileSchema, rootNode, type SchemaNode } from "../src/app/config-schema.ts";

export const configurationMarks = ["<!-- keys: written by `npm run docs` -->", "<!-- /keys -->"] as const;

/** The file that is published as `windlass/windlass.schema.json`. */
export function schemaFile(): string {
  return `${JSON.stringify(fileSchema(), null, 2)}\n`;
}

interface Key {
  /** `instances.NAME.clientId`, `signIn.rules[].workspace` */
  readonly path: string;
  readonly node: SchemaNode;
  readonly isNeeded: boolean;
}

/** A table for each key of the root, those that stand alone together. */
export function configurationTables(): string {
  const root = Object.entries(rootNode().properties ?? {});
  const alone = root.filter(([, node]) => keysBelow(node, "").length === 0);
  const grouped = root.filter((entry) => !alone.includes(entry));
  const needed = rootNode().required ?? [];
  const first = tableOf(
    alone.map(([path, node]) => ({ path, node, isNeeded: needed.includes(path) })),
    "## At the root",
  );
  const sections = grouped.map(([name, node]) => {
    const keys = keysBelow(node, name);
    const about = `## \`${name}\`\n\n${node.description ?? ""}${needed.includes(name) ? " **Needed.**" : ""}`;
    return name === "signIn" || !keys.some(({ path }) => path.includes(".signIn."))
      ? tableOf(keys, about)
      : tableOf(
          keys.filter(({ path }) => !path.includes(".signIn.")),
          about,
        );
  });
  return `\n${[first, ...sections].join("\n\n")}\n`;
}

function tableOf(keys: readonly Key[], head: string): string {
  const rows = keys.map(({ path, node, isNeeded }) => {
    const usual = isNeeded ? "**needed**" : defaultOf(node);
    return `| \`${path}\` | ${kindOf(node)} | ${usual} | ${(node.description ?? "").replaceAll("|", "\\|")} |`;
  });
  return `${head}\n\n| key | what | default | |\n| --- | --- | --- | --- |\n${rows.join("\n")}`;
}

/** Kinds that differ by one key say the same of the others: each path once, as it is met first. */
function keysBelow(node: SchemaNode, path: string): readonly Key[] {
  const found = new Map<string, Key>();
  const add = (key: Key) => {
    const known = found.get(key.path);
    found.set(key.path, known === undefined ? key : { ...known, isNeeded: known.isNeeded && key.isNeeded });
  };
  const { properties = {}, required = [], additionalProperties, items, anyOf = [], oneOf = [] } = node;
  for (const [name, below] of Object.entries(properties)) {
    if (name === "about") continue;
    const own = path === "" ? name : `${path}.${name}`;
    const isNeeded = required.includes(name) && name !== "product" && below.default === undefined;
    add({ path: own, node: below, isNeeded });
    for (const key of keysBelow(below, own)) add(key);
  }
  if (typeof additionalProperties === "object")
    for (const key of keysBelow(additionalProperties, `${path}.NAME`)) add(key);
  if (items !== undefined) for (const key of keysBelow(items, `${path}[]`)) add(key);
  const kinds = [...anyOf, ...oneOf];
  const ways = kinds.map((kind) => keysBelow(kind, path));
  for (const key of ways.flat()) {
    const isEverywhere = ways.every((way) => way.some((other) => other.path === key.path && other.isNeeded));
    add({ ...key, isNeeded: isEverywhere });
  }
  return [...found.values()];
}

function defaultOf({ default: usual }: SchemaNode): string {
  if (usual === undefined || (typeof usual === "object" && JSON.stringify(usual) === "{}")) return "";
  return `\`${JSON.stringify(usual)}\``;
}

/** In a word: text, a number, a list of texts. */
function kindOf(node: SchemaNode): string {
  if (node.enum !== undefined) return node.enum.map((each) => `\`${String(each)}\``).join(" ");
  if (node.const !== undefined) return `\`${JSON.stringify(node.const)}\``;
  const kinds = [...(node.anyOf ?? []), ...(node.oneOf ?? [])].map(kindOf);
  if (kinds.length > 0) return [...new Set(kinds.filter((kind) => kind !== "any"))].join(" or ");
  if (node.type === "array") return `list of ${kindOf(node.items ?? {})}`;
  const words: Readonly<Record<string, string>> = { string: "text", integer: "number", boolean: "yes or no" };
  return words[node.type ?? ""] ?? (node.type === "object" ? "keys" : "text");
}
