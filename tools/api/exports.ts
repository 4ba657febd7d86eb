/** Owns what an entry of the package exports: each name with its declaration and what its docstring says. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseSync } from "oxc-parser";
import { isNode, type Node } from "../syntax.ts";

export interface Exported {
  readonly name: string;
  /** Where it is declared, from the root of the project. */
  readonly path: string;
  /** TypeScript, without what happens inside. */
  readonly signature: string;
  /** Lines without the stars; empty where nothing is said. */
  readonly doc: string;
}

interface Parsed {
  readonly path: string;
  readonly text: string;
  readonly body: readonly Node[];
}

/** Reads files of the project, each once. */
export function createExportReader(root: string): (entry: string) => readonly Exported[] {
  const files = new Map<string, Parsed>();
  const parse = (path: string): Parsed => {
    const known = files.get(path) ?? readFile(root, path);
    files.set(path, known);
    return known;
  };
  return (entry) => {
    const names = namesOf(parse(entry), parse);
    return names.map((name) => {
      const found = find(parse(entry), name, parse);
      if (found === null) throw new Error(`${entry} exports ${name}, which is declared nowhere.`);
      return { ...found, name };
    });
  };
}

function readFile(root: string, path: string): Parsed {
  const text = readFileSync(join(root, path), "utf8");
  const { program, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path} does not parse: ${error.message}`);
  return { path, text, body: program.body as unknown as readonly Node[] }; // nodes, as syntax.ts knows them
}

type Parse = (path: string) => Parsed;

/** In the order they stand there. */
function namesOf(file: Parsed, parse: Parse): readonly string[] {
  return file.body.flatMap((statement): readonly string[] => {
    if (statement.type === "ExportAllDeclaration") return namesOf(parse(sourceOf(file, statement)), parse);
    if (statement.type !== "ExportNamedDeclaration") return [];
    const own = isNode(statement.declaration) ? declaredNames(statement.declaration) : [];
    return [...own, ...specifiersOf(statement).map(({ exported }) => exported)];
  });
}

function find(file: Parsed, name: string, parse: Parse): Omit<Exported, "name"> | null {
  for (const statement of file.body) {
    const declaration = isNode(statement.declaration) ? statement.declaration : statement;
    if (declaredNames(declaration).includes(name)) return describe(file, statement, name);
    if (statement.type === "ExportAllDeclaration") {
      const found = find(parse(sourceOf(file, statement)), name, parse);
      if (found !== null) return found;
    }
    const given = specifiersOf(statement).find(({ exported }) => exported === name);
    if (given === undefined) continue;
    const elsewhere = isNode(statement.source) ? parse(sourceOf(file, statement)) : null;
    return elsewhere === null ? findLocal(file, given.local, parse) : find(elsewhere, given.local, parse);
  }
  return null;
}

/** What is exported by its name may have been imported before. */
function findLocal(file: Parsed, name: string, parse: Parse): Omit<Exported, "name"> | null {
  for (const statement of file.body) {
    if (statement.type !== "ImportDeclaration") continue;
    const given = specifiersOf(statement).find(({ exported }) => exported === name);
    if (given !== undefined) return find(parse(sourceOf(file, statement)), given.local, parse);
  }
  return find({ ...file, body: file.body.filter(({ specifiers }) => !specifiers) }, name, parse);
}

function sourceOf({ path }: Parsed, { source }: Node): string {
  if (!isNode(source) || typeof source.value !== "string") throw new Error(`${path} exports from nowhere.`);
  if (!source.value.startsWith(".")) throw new Error(`${path} exports from ${source.value}.`);
  return join(dirname(path), source.value);
}

/** `local` is the name where it comes from, `exported` the one it goes by here. */
function specifiersOf({ specifiers }: Node): readonly { local: string; exported: string }[] {
  if (!Array.isArray(specifiers)) return [];
  return specifiers.filter(isNode).map((each) => {
    const isImport = each.type === "ImportSpecifier";
    const [from, to] = isImport ? [each.imported, each.local] : [each.local, each.exported];
    return { local: nameOf(from), exported: nameOf(to) };
  });
}

function declaredNames(declaration: Node): readonly string[] {
  if (declaration.type !== "VariableDeclaration")
    return isNode(declaration.id) ? [nameOf(declaration.id)] : [];
  const all = declaration.declarations;
  return Array.isArray(all) ? all.filter(isNode).map(({ id }) => nameOf(id)) : [];
}

function nameOf(node: unknown): string {
  return isNode(node) && typeof node.name === "string" ? node.name : "";
}

function describe(file: Parsed, statement: Node, name: string): Omit<Exported, "name"> {
  const declaration = isNode(statement.declaration) ? statement.declaration : statement;
  const before = file.text.slice(0, statement.start);
  const [, doc = ""] = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(before) ?? [];
  return {
    path: file.path,
    signature: signatureOf(file.text, declaration, name),
    doc: doc.replace(/^[ \t]*\*? ?/gm, "").trim(),
  };
}

/** Longer values say less than their name. */
const longestValue = 200;

function signatureOf(text: string, declaration: Node, name: string): string {
  const whole = text.slice(declaration.start, declaration.end);
  switch (declaration.type) {
    case "FunctionDeclaration":
      return isNode(declaration.body) ? text.slice(declaration.start, declaration.body.start).trim() : whole;
    case "ClassDeclaration":
      return classOf(text, declaration);
    case "VariableDeclaration":
      return constantOf(text, declaration, name);
    default:
      return whole;
  }
}

/** What others can reach: heads of methods, fields, no bodies. */
function classOf(text: string, declaration: Node): string {
  if (!isNode(declaration.body)) return text.slice(declaration.start, declaration.end);
  const head = text.slice(declaration.start, declaration.body.start).trim();
  const { body } = declaration.body;
  const members = (Array.isArray(body) ? body.filter(isNode) : []).filter(
    ({ key, accessibility }) =>
      accessibility !== "private" && !(isNode(key) && key.type === "PrivateIdentifier"),
  );
  const lines = members.map((member) => {
    const inner = isNode(member.value) && isNode(member.value.body) ? member.value.body.start : member.end;
    const said = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.exec(text.slice(0, member.start))?.[0].trim();
    const own = text.slice(member.start, inner).trim().replace(/;$/, "");
    return `${said === undefined ? "" : `  ${said}\n`}  ${own};`;
  });
  return `${head} {\n${lines.join("\n")}\n}`;
}

function constantOf(text: string, declaration: Node, name: string): string {
  const all = Array.isArray(declaration.declarations) ? declaration.declarations.filter(isNode) : [];
  const own = all.find(({ id }) => nameOf(id) === name);
  if (own === undefined || !isNode(own.id)) return `const ${name}`;
  const typed = isNode(own.id.typeAnnotation) ? text.slice(own.id.start, own.id.end) : null;
  if (typed !== null) return `const ${typed}`;
  if (!isNode(own.init)) return `const ${name}`;
  const { init } = own;
  if (init.type === "ArrowFunctionExpression" && isNode(init.body))
    return `const ${name} = ${text.slice(init.start, init.body.start).trim()} …`;
  const value = text.slice(init.start, init.end);
  return `const ${name}${value.length > longestValue ? "" : ` = ${value}`}`;
}
