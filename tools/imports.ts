/** Owns reading what a source file imports: statements, re-exports, `import()` and `import("x").T` in types. */
import { isNode, lineOf, type Node, readNodes } from "./syntax.ts";

export interface Import {
  /** As written: `./state.ts`, `node:fs`, `hono`. Null where it cannot be read from the text. */
  readonly specifier: string | null;
  /** Gone after compilation: `import type`, `export type`, `import("x").T`. (`import { type T }` still loads the file.) */
  readonly typeOnly: boolean;
  readonly line: number;
}

/** Every import of a TypeScript file. Throws where the file does not parse. */
export function readImports(path: string, text: string): readonly Import[] {
  return readNodes(path, text).flatMap((node) => {
    const found = importOf(node);
    return found === null ? [] : [{ ...found, line: lineOf(text, node) }];
  });
}

function importOf(node: Node): Omit<Import, "line"> | null {
  switch (node.type) {
    case "ImportDeclaration":
      return { specifier: textOf(node.source), typeOnly: node.importKind === "type" };
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return node.source === null
        ? null
        : { specifier: textOf(node.source), typeOnly: node.exportKind === "type" };
    case "ImportExpression":
      return { specifier: textOf(node.source), typeOnly: false };
    case "TSImportType":
      return { specifier: textOf(node.source), typeOnly: true };
    case "TSExternalModuleReference":
      return { specifier: textOf(node.expression), typeOnly: false };
    default:
      return null;
  }
}

function textOf(source: unknown): string | null {
  if (!isNode(source)) return null;
  if (source.type === "Literal" && typeof source.value === "string") return source.value;
  return null;
}
