/** Owns the YAML of catalog files: a stream of documents, and what one of them says. */
import { parseAllDocuments } from "yaml";
import { type Entity, readEntity } from "./entity.ts";
import { readPlainYaml } from "./plain-yaml.ts";

/** Longer than anybody writes one entity, and parsed before anybody waits for it. */
const longestDocument = 64 * 1024;

/**
 * The documents of a stream, each by itself. `---` at the beginning of a line divides documents whatever it stands in; where
 * directives or `...` may mean more than that, or line ends are not ours to tell, the parser divides.
 * @see YAML 1.2.2 section 9.1.2, rule c-forbidden
 */
export function splitDocuments(text: string): readonly string[] {
  // Not `^` with the flag `m`, which stands behind U+2028 too: in YAML a line goes on there.
  if (/(^|\n)(%|\.\.\.([ \t\r\n]|$))/.test(text) || (text.includes("\r") && /\r(?!\n)/.test(text)))
    return parsedStream(text);
  const [first = "", ...others] = text.replace(/^\uFEFF/, "").split(/(?<=^|\n)---(?=[ \t\r\n]|$)/);
  return first.split("\n").every((line) => /^[ \t\r]*(#.*)?$/s.test(line)) ? others : [first, ...others];
}

/** Each document written anew by itself; a broken one is the whole text, which says what is wrong with it. */
function parsedStream(text: string): readonly string[] {
  if (text.length > longestDocument) return [text];
  try {
    return parseAllDocuments(text).map((document) =>
      document.errors.length > 0 ? text : JSON.stringify(document.toJS() ?? null),
    );
  } catch {
    return [text];
  }
}

/** What one of them says; never throws. */
export function parseDocument(text: string): Entity {
  if (text.length > longestDocument)
    return { kind: "broken", reason: `it is longer than ${longestDocument} characters` };
  const plain = readPlainYaml(text);
  if (plain !== undefined) return readEntity(plain);
  try {
    const [document, another] = [...parseAllDocuments(text, { prettyErrors: true })];
    if (document === undefined) return { kind: "other" };
    const error = document.errors[0] ?? another?.errors[0];
    if (error !== undefined)
      return { kind: "broken", reason: error.message.split("\n")[0]?.replace(/:$/, "") ?? "no YAML" };
    if (another !== undefined) return { kind: "broken", reason: "it is more than one document" };
    return readEntity(document.toJS());
  } catch (error) {
    return { kind: "broken", reason: error instanceof Error ? error.message : String(error) };
  }
}
