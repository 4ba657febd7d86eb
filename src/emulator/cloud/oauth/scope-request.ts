/** Owns the `scope` parameter: separated by spaces, it narrows what the consumer (or the grant) has. */
import type { Rules } from "../../core/rules.ts";

/** The scopes granted for a request, or `excess` with those that are not to be had. Empty or absent: all. */
export function narrowScopes(
  asked: string | undefined,
  available: readonly string[],
  rules: Rules,
): readonly string[] | { readonly excess: readonly string[] } {
  const names = new Set((asked ?? "").split(" ").filter((name) => name !== ""));
  if (names.size === 0) return available;
  const excess = [...names].filter((name) => !available.includes(name));
  if (excess.length > 0 && rules.excessScope === "invalid_scope") return { excess };
  return available.filter((name) => names.has(name));
}
