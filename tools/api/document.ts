/** Owns the reference of the package's entries: a page for each, made of what stands in front of the declarations. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createExportReader, type Exported } from "./exports.ts";

export interface Entry {
  /** `windlass/bitbucket` */
  readonly name: string;
  /** `src/bitbucket/index.ts` */
  readonly source: string;
}

export interface ApiPage {
  readonly path: string;
  readonly text: string;
}

/** Every entry with types, in the order of package.json. */
export function listEntries(root: string): readonly Entry[] {
  const { name, exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly name: string;
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  };
  return Object.entries(exports).flatMap(([entry, target]) => {
    if (typeof target === "string") return [];
    const source = target.default.replace(/^\.\/dist\//, "src/").replace(/\.js$/, ".ts");
    return [{ name: name + entry.slice(1), source }];
  });
}

/** The pages below `docs/api/`, and the one that lists them. */
export function apiPages(root: string): readonly ApiPage[] {
  const read = createExportReader(root);
  const entries = listEntries(root).map((entry) => ({
    ...entry,
    owns: headOf(root, entry),
    all: read(entry.source),
  }));
  const pages = entries.map(({ name, owns, all }) => ({
    path: `docs/api/${fileOf(name)}`,
    text: page(name, owns, all),
  }));
  const rows = entries.map(({ name, owns }) => `| [\`${name}\`](${fileOf(name)}) | ${owns} |`);
  const index = `# Reference\n\nWhat each entry of the package gives, made of the docstrings by \`npm run docs\`. How things are done: [the other documents](../../README.md).\n\n| entry | |\n| --- | --- |\n${rows.join("\n")}\n`;
  return [{ path: "docs/api/README.md", text: index }, ...pages];
}

function fileOf(name: string): string {
  return `${name.replace("/", "-")}.md`;
}

/** The sentence a file begins with, without "Owns". */
function headOf(root: string, { source }: Entry): string {
  const [, head = ""] = /^\/\*\*\s*([\s\S]*?)\s*\*\//.exec(readFileSync(join(root, source), "utf8")) ?? [];
  const text = head.replace(/\s*\n\s*\* ?/g, " ").replace(/^Owns /, "");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function page(name: string, owns: string, all: readonly Exported[]): string {
  const isType = ({ signature }: Exported) => /^(interface|type)\b/.test(signature);
  const [values, types] = [all.filter((each) => !isType(each)), all.filter(isType)];
  const part = (title: string, some: readonly Exported[]) =>
    some.length === 0 ? "" : `\n## ${title}\n${some.map(section).join("")}`;
  return `# \`${name}\`\n\n${owns}\n\nMade of the docstrings by \`npm run docs\`.\n${part("Functions and values", values)}${part("Types", types)}`;
}

function section({ name, signature, doc }: Exported): string {
  return `\n### ${name}\n\n${readable(doc)}\n\n\`\`\`ts\n${signature}\n\`\`\`\n`;
}

const tags: Readonly<Record<string, string>> = {
  throws: "Throws",
  see: "See",
  example: "Example:",
  returns: "Gives",
};

/** Tags become sentences, links the names they mean. */
function readable(doc: string): string {
  return doc
    .replace(/\{@link ([^}|]+)(?:\|([^}]+))?\}/g, (_, target: string, words: string | undefined) =>
      words === undefined ? `\`${target.trim()}\`` : words.trim(),
    )
    .replace(/^@example (.+)$/gm, "Example: `$1`")
    .replace(/^@(\w+)/gm, (tag, name: string) => tags[name] ?? tag)
    .replace(/\n(?=(?:Throws|See|Example|Gives)\b)/g, "\n\n");
}
