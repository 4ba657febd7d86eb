/** Owns the annotations by which an entity of the catalog says who it is at Bitbucket. */

/** @see "Well-known Annotations on Catalog Entities" of Backstage, section bitbucket.org; the sign-in resolvers of its Bitbucket provider */
export const annotations = {
  username: "bitbucket.org/username",
  userId: "bitbucket.org/user-id",
} as const;

export type Annotation = (typeof annotations)[keyof typeof annotations];

/** What an entity says in one annotation, of whatever name. */
export function annotationOf(given: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(given, name) ? given[name] : undefined;
}

/**
 * The spelling in which values are compared. A user id is the same with and without braces and in any case (RFC 9562 section 4);
 * a user name counts letter by letter: whether Bitbucket tells two names apart that differ in case only is not documented.
 */
export function spell(annotation: Annotation, value: string): string {
  const text = value.trim();
  return annotation === annotations.userId ? text.replace(/^\{+|\}+$/g, "").toLowerCase() : text;
}
