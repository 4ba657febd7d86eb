/** Owns reading a list of scopes as people write it. */

/** A list of scopes from a list, or from one string as it stands in an environment variable; each once, in order. */
export function readScopes(scopes: readonly string[] | string): readonly string[] {
  const words = (typeof scopes === "string" ? [scopes] : scopes).flatMap((item) => item.split(/[\s,]+/));
  return [...new Set(words.filter((word) => word !== ""))];
}
