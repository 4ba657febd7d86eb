/** Owns what a connection needs at Bitbucket: what consent is asked for, and what of it was not granted. */
import type { Instance } from "../bitbucket/instance.ts";
import { missingFor, type ScopeGap } from "../bitbucket/scopes/compare.ts";
import { leastScopes, type NeededScope, type Purpose } from "../bitbucket/scopes/purposes.ts";
import type { Connection } from "./connection.ts";

/** A connection reads code and its history, and never writes. */
const purposes: readonly Purpose[] = ["read-code"];

/** What consent is asked for, each with its reason; nothing at a Server, whose links know no scopes. */
export function permissionsToAsk({ product }: Pick<Instance, "product">): readonly NeededScope[] {
  return leastScopes(product, product === "server" ? "oauth1" : "oauth2", purposes) ?? [];
}

/** The scopes of {@link permissionsToAsk}. */
export function scopesToAsk(instance: Pick<Instance, "product">): readonly string[] {
  return permissionsToAsk(instance).map(({ scope }) => scope);
}

/** What the connection will lack when it is used; nothing where Bitbucket did not say what it granted. */
export function gapsOf(
  { product }: Pick<Instance, "product">,
  { kind, scopes }: Pick<Connection, "kind" | "scopes">,
): readonly ScopeGap[] {
  return scopes.length === 0 ? [] : missingFor(scopes, purposes, { product, kind });
}
