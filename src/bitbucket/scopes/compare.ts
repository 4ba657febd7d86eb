/** Owns comparing what was granted with what is needed, and with what was asked. */
import type { CredentialKind } from "../credential.ts";
import type { Product } from "../instance.ts";
import { expandScopes, findScope } from "./catalogue.ts";
import { leastScopes, type NeededScope, type Purpose, scopesOfKind } from "./purposes.ts";

/** A scope that is needed and was not granted. */
export interface ScopeGap {
  readonly scope: string;
  /** Exactly as the form that grants it calls it. */
  readonly tick: string;
  /** Where that form is. */
  readonly where: string;
  /** What it is needed for; empty where only the scope's name was given. */
  readonly reasons: readonly string[];
}

/** Which credential it is about: that says which list the scopes are of, and where they are ticked. */
export interface ScopePlace {
  readonly product: Product;
  readonly kind: CredentialKind;
}

/**
 * What of `required` was not granted, in its order. What a granted scope implies counts as granted. None where the product
 * knows no scopes.
 */
export function missingScopes(
  granted: Iterable<string>,
  required: readonly (string | NeededScope)[],
  { product, kind }: ScopePlace,
): readonly ScopeGap[] {
  const { list, where } = scopesOfKind(product, kind);
  if (list === null) return [];
  const held = expandScopes(granted, list);
  return required.flatMap((each) => {
    const { scope, reasons } = typeof each === "string" ? { scope: each, reasons: [] } : each;
    if (held.has(scope)) return [];
    return [{ scope, tick: findScope(list, scope)?.tick ?? scope, where, reasons }];
  });
}

/** What is missing for the purposes; empty as well when the credential cannot serve one of them at all. */
export function missingFor(
  granted: Iterable<string>,
  wanted: readonly Purpose[],
  place: ScopePlace,
): readonly ScopeGap[] {
  return missingScopes(granted, leastScopes(place.product, place.kind, wanted) ?? [], place);
}

/** What was asked and not granted, and what was granted beyond it. Bitbucket is free to give less, and a consumer gives all it has when nothing is asked. */
export function compareScopes(
  asked: readonly string[],
  granted: readonly string[],
  place: ScopePlace,
): { readonly missing: readonly ScopeGap[]; readonly beyond: readonly string[] } {
  const { list } = scopesOfKind(place.product, place.kind);
  const expected = expandScopes(asked, list ?? "oauth");
  return {
    missing: missingScopes(granted, asked, place),
    beyond: granted.filter((scope) => !expected.has(scope)),
  };
}
