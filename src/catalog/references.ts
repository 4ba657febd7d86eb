/** Owns references between entities: what `team-a`, `group:team-a` and `group:default/team-a` mean to the one that writes them. */

/** A name may hold dashes, underscores and dots between letters and digits; up to 63 characters. */
const legalName = /^[A-Za-z0-9]+([-_.][A-Za-z0-9]+)*$/;
const legalNamespace = /^[a-z0-9]+(-+[a-z0-9]+)*$/i;
const longestPart = 63;

/** @see "Descriptor Format of Catalog Entities" of Backstage, section `name` */
export function isEntityName(name: string): boolean {
  return name.length <= longestPart && legalName.test(name);
}

/** @see "Descriptor Format of Catalog Entities" of Backstage, section `namespace` */
export function isNamespace(namespace: string): boolean {
  return namespace.length <= longestPart && legalNamespace.test(namespace);
}

/** What a reference that says less is about. */
export interface ReferenceContext {
  /** In lower case. */
  readonly kind: string;
  readonly namespace: string;
}

/**
 * The whole reference in lower case, `group:default/team-a`; null when it is none.
 * @see "Entity References" of Backstage
 */
export function settleReference(text: string, { kind, namespace }: ReferenceContext): string | null {
  const [, ownKind = kind, ownNamespace = namespace, name = ""] =
    /^(?:([a-z]+):)?(?:([^:/\s]+)\/)?([^:/\s]+)$/i.exec(text.trim()) ?? [];
  if (!isEntityName(name) || !isNamespace(ownNamespace)) return null;
  return `${ownKind}:${ownNamespace}/${name}`.toLowerCase();
}

/** The whole reference of a user in lower case; what is left out is a user in the namespace `default`. Null when it is none. */
export function settleUserReference(text: string): string | null {
  const ref = settleReference(text, { kind: "user", namespace: "default" });
  return ref?.startsWith("user:") ? ref : null;
}
