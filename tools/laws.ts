/** Owns the bans of the house that no linter knows: what may not be written where, and why. */
import type { SourceFile } from "./house.ts";
import { isNode, lineOf, type Node, readNodes } from "./syntax.ts";

interface Law {
  readonly why: string;
  /** Paths from `src/` where the law does not hold. */
  readonly except: readonly string[];
  /** Whether it holds in unit tests too. */
  readonly alsoInTests?: true;
  breaks(node: Node, nodes: readonly Node[]): boolean;
}

export const laws: Readonly<Record<string, Law>> = {
  "wall clock": {
    why: "ask the clock that is handed in",
    except: ["base/"],
    breaks: (node) => isMember(node, "Date", "now") || (isNew(node, "Date") && hasNoArguments(node)),
  },
  "Math.random": {
    why: "randomness comes from base/random.ts",
    except: ["base/"],
    alsoInTests: true,
    breaks: (node) => isMember(node, "Math", "random"),
  },
  "global fetch": {
    why: "there is one door to the network, base/http, and it is handed in",
    except: ["base/http/", "emulator/"],
    breaks: (node, nodes) =>
      isMember(node, "globalThis", "fetch") ||
      isImportOf(node, "undici") ||
      (usesFetch(node) && !bindsFetch(nodes)),
  },
  console: {
    why: "only the command line prints; rooms log events",
    except: ["cli/"],
    breaks: (node) => node.type === "MemberExpression" && nameOf(node.object) === "console",
  },
  "=== on a secret": {
    why: "compare with equalSecrets of base/digest.ts",
    except: [],
    breaks: (node) =>
      node.type === "BinaryExpression" &&
      (node.operator === "===" || node.operator === "!==") &&
      [node.left, node.right].every((side) => isNode(side) && !isFixed(side)) &&
      [node.left, node.right].some(isSecret),
  },
  any: {
    why: "say the type, or unknown",
    except: [],
    alsoInTests: true,
    breaks: (node) => node.type === "TSAnyKeyword",
  },
  "skipped test": {
    why: "a test that does not run proves nothing",
    except: [],
    alsoInTests: true,
    breaks: (node) =>
      ["test", "it", "describe", "suite"].some((maker) =>
        ["skip", "todo", "only", "skipIf", "runIf"].some((way) => isMember(node, maker, way)),
      ),
  },
};

/** What a file breaks, one sentence each. */
export function findBreaches({ path, text }: SourceFile): readonly string[] {
  const isTest = path.endsWith(".test.ts");
  const nodes = readNodes(path, text);
  const breaches: string[] = [];
  if (!/^(#!.*\n)?\/\*\*/.test(text) && !isTest)
    breaches.push(`${path}: the first sentence has to say what the file owns.`);
  if (/(^|\/)index\.ts$/.test(path)) breaches.push(...findFaceBreaches(path, text, nodes));
  for (const [name, law] of Object.entries(laws)) {
    if (law.except.some((place) => path.startsWith(place)) || (isTest && law.alsoInTests === undefined))
      continue;
    for (const node of nodes) {
      if (law.breaks(node, nodes)) breaches.push(`${path}:${lineOf(text, node)} ${name}: ${law.why}.`);
    }
  }
  return breaches;
}

/** `index.ts` is a face: every statement re-exports. */
function findFaceBreaches(path: string, text: string, [program]: readonly Node[]): readonly string[] {
  const statements = Array.isArray(program?.body) ? program.body.filter(isNode) : [];
  return statements
    .filter(({ type, source }) => !/^Export(Named|All)Declaration$/.test(type) || !isNode(source))
    .map((statement) => `${path}:${lineOf(text, statement)} index.ts: a face only re-exports.`);
}

function nameOf(node: unknown): string | null {
  return isNode(node) && node.type === "Identifier" && typeof node.name === "string" ? node.name : null;
}

function isMember(node: Node, object: string, property: string): boolean {
  return (
    node.type === "MemberExpression" && nameOf(node.object) === object && nameOf(node.property) === property
  );
}

function isNew(node: Node, name: string): boolean {
  return node.type === "NewExpression" && nameOf(node.callee) === name;
}

function hasNoArguments(node: Node): boolean {
  return Array.isArray(node.arguments) && node.arguments.length === 0;
}

function isImportOf(node: Node, specifier: string): boolean {
  return node.type === "ImportDeclaration" && isNode(node.source) && node.source.value === specifier;
}

/** Whether `fetch` is called, or handed on as an argument or property. */
function usesFetch(node: Node): boolean {
  if (node.type === "CallExpression") {
    const handedOn = Array.isArray(node.arguments) ? node.arguments : [];
    return [node.callee, ...handedOn].some((part) => nameOf(part) === "fetch");
  }
  const properties =
    node.type === "ObjectExpression" && Array.isArray(node.properties) ? node.properties : [];
  return properties.some((property) => isNode(property) && nameOf(property.value) === "fetch");
}

/** Whether the file has a `fetch` of its own: a parameter, a variable, an import. */
function bindsFetch(nodes: readonly Node[]): boolean {
  return nodes.some((node) => {
    if (node.type === "VariableDeclarator") return nameOf(node.id) === "fetch";
    if (node.type === "ImportSpecifier") return nameOf(node.local) === "fetch";
    const bound = node.type === "ObjectPattern" ? node.properties : node.params;
    return Array.isArray(bound) && bound.some((part) => nameOf(boundName(part)) === "fetch");
  });
}

/** The identifier that a parameter or a property of a pattern binds, its default aside. */
function boundName(part: unknown): unknown {
  if (!isNode(part)) return null;
  if (part.type === "Property") return boundName(part.value);
  return part.type === "AssignmentPattern" ? boundName(part.left) : part;
}

/** Literals, and what stands for nothing: comparing with them tells no secret. */
function isFixed(node: Node): boolean {
  return node.type === "Literal" || nameOf(node) === "undefined" || node.type === "UnaryExpression";
}

const secretNames = /(token|secret|password|signature|csrf|verifier|digest|mac)$/i;

function isSecret(node: unknown): boolean {
  if (!isNode(node)) return false;
  if (node.type === "ChainExpression") return isSecret(node.expression);
  if (node.type === "CallExpression" && isNode(node.callee)) return nameOf(node.callee.property) === "reveal";
  return secretNames.test(nameOf(node) ?? nameOf(node.property) ?? "");
}
