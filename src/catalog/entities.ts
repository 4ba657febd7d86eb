/** Owns reading catalog files: YAML documents in, entities and further files out; what is broken is named and left out. */
import { parseDocument, splitDocuments } from "./documents.ts";
import type { CatalogGroup, CatalogUser, Entity, EntityObject, UserFields } from "./entity.ts";

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
export type KnownDocuments = ReadonlyMap<string, Said>;

type Said = Exclude<Entity, { readonly kind: "user" }> | { readonly kind: "user"; readonly user: UserOfFile };

/** What was parsed is not kept for ten thousand users: nearly nobody asks for it. */
class UserOfFile implements CatalogUser {
  readonly ref: CatalogUser["ref"];
  readonly annotations: CatalogUser["annotations"];
  readonly email: CatalogUser["email"];
  readonly memberOf: CatalogUser["memberOf"];
  readonly place: string;
  readonly #text: string;
  #entity: EntityObject | undefined;

  constructor({ ref, annotations, email, memberOf }: UserFields, place: string, text: string) {
    this.ref = ref;
    this.annotations = annotations;
    this.email = email;
    this.memberOf = memberOf;
    this.place = place;
    this.#text = text;
  }

  get entity(): EntityObject | undefined {
    if (this.#entity === undefined) {
      const said = parseDocument(this.#text);
      this.#entity = said.kind === "user" ? said.entity : undefined;
    }
    return this.#entity;
  }
}

/** What one file gave, and what will be known of it the next time. */
export interface CatalogReading extends CatalogContents {
  readonly documents: KnownDocuments;
}

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
  const documents = new Map<string, Said>();
  const all = splitDocuments(text);
  for (const [index, document] of all.entries()) {
    const place = all.length === 1 ? name : `${name}, document ${index + 1}`;
    const said = known.get(document) ?? documents.get(document) ?? saidBy(document, place);
    documents.set(document, said);
    if (said.kind === "user")
      users.push(said.user.place === place ? said.user : new UserOfFile(said.user, place, document));
    if (said.kind === "group") groups.push({ ...said.group, place });
    if (said.kind === "location") targets.push(...said.targets);
    if (said.kind === "broken") warnings.push(`${place} is left out: ${said.reason}.`);
    yield;
  }
  return { users, groups, targets, warnings, documents };
}

function saidBy(document: string, place: string): Said {
  const entity = parseDocument(document);
  return entity.kind === "user"
    ? { kind: "user", user: new UserOfFile(entity.user, place, document) }
    : entity;
}
