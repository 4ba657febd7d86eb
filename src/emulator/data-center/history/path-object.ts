/** Owns a file's path as JSON. */
import { type PathBytes, pathText } from "../../git/path.ts";

export interface PathObject {
  readonly components: readonly string[];
  readonly parent: string;
  readonly name: string;
  readonly extension?: string;
  readonly toString: string;
}

/** `{components, parent, name, extension, toString}`; the root has no components. */
export function pathObject(path: PathBytes): PathObject {
  const text = pathText(path);
  const components = text === "" ? [] : text.split("/");
  const name = components.at(-1) ?? "";
  const dot = name.lastIndexOf(".");
  return {
    components,
    parent: components.slice(0, -1).join("/"),
    name,
    ...(dot > 0 && dot < name.length - 1 ? { extension: name.slice(dot + 1) } : {}),
    toString: text,
  };
}
