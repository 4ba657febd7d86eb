/** Owns reading catalog files: YAML documents in, entities and further files out; what is broken is named and left out. */
import { parseAllDocuments } from "yaml";
import { type CatalogGroup, type CatalogUser, type Entity, readEntity } from "./entity.ts";
import { readPlainYaml } from "./plain-yaml.ts";

/** A file as it was read. */
export interface CatalogFile {
  /** As the operator knows it; stands in warnings. */
  readonly name: string;
  readonly text: string;
}

export interface CatalogContents {
  readonly users: readonly CatalogUser[];
  readonly groups: readonly CatalogGroup[];
  /** Files that `Location` entities name, relative to this one. */
  readonly targets: readonly string[];
  /** What was left out and why, one sentence each. */
  readonly warnings: readonly string[];
}

/** What documents said, by their text: those that stand unchanged are not parsed again. */
export type KnownDocuments = ReadonlyMap<string, Entity>;

/** What one file gave, and what will be known of it the next time. */
export interface CatalogReading extends CatalogContents {
  readonly documents: KnownDocuments;
}

/** Longer than anybody writes one entity, and parsed before anybody waits for it. */
const longestDocument = 64 * 1024;

/** Reads one file at once. Entities of other kinds are none of our business. */
export function readEntities(file: CatalogFile): CatalogContents {
  const steps = readInSteps(file);
  for (;;) {
    const { done, value } = steps.next();
    if (done) {
      const { documents: _, ...contents } = value;
      return contents;
    }
  }
}

/** The same, document by document: others can work after each. */
export function* readInSteps(
  { name, text }: CatalogFile,
  known: KnownDocuments = new Map(),
): Generator<void, CatalogReading> {
  const users: CatalogUser[] = [];
  const groups: CatalogGroup[] = [];
  const targets: string[] = [];
  const warnings: string[] = [];
  const documents = new Map<string, Entity>();
  const all = splitDocuments(text);
  for (const [index, document] of all.entries()) {
    const place = all.length === 1 ? name : `${name}, document ${index + 1}`;
    const entity = known.get(document) ?? documents.get(document) ?? parseEntity(document);
    documents.set(document, entity);
    if (entity.kind === "user") users.push({ ...entity.user, place });
    if (entity.kind === "group") groups.push({ ...entity.group, place });
    if (entity.kind === "location") targets.push(...entity.targets);
    if (entity.kind === "broken") warnings.push(`${place} is left out: ${entity.reason}.`);
    yield;
  }
  return { users, groups, targets, warnings, documents };
}

/**
 * The documents of a stream, each by itself. `---` at the beginning of a line divides documents whatever it stands in; where
 * directives or `...` may mean more than that, or line ends are not ours to tell, the parser divides.
 * @see YAML 1.2.2 section 9.1.2, rule c-forbidden
 */
function splitDocuments(text: string): readonly string[] {
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

function parseEntity(text: string): Entity {
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
