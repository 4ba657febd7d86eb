/** Owns parsing a TypeScript file into a tree and walking it. */
import { parseSync } from "oxc-parser";

/** What the parser's tree is made of, as far as it is looked at here. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** Every node of a file, parents before children. Throws where the file does not parse. */
export function readNodes(path: string, text: string): readonly Node[] {
  const { program, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path} does not parse: ${error.message}`);
  const nodes: Node[] = [];
  collect(program, nodes);
  return nodes;
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** The line a node begins on, counted from 1. */
export function lineOf(text: string, node: Node): number {
  return text.slice(0, node.start).split("\n").length;
}

function collect(value: unknown, nodes: Node[]): void {
  if (Array.isArray(value)) {
    for (const entry of value) collect(entry, nodes);
  } else if (isNode(value)) {
    nodes.push(value);
    for (const child of Object.values(value)) if (typeof child === "object") collect(child, nodes);
  }
}
