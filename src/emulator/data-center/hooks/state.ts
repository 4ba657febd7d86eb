/** Owns what a webhook of a Data Center is, and what is remembered of its deliveries. */
import type { Attempted } from "../../hooks/deliveries.ts";

/** A repository's hook hears of it alone, a project's of all repositories in it. */
export type DcHookScope =
  | { readonly kind: "repository"; readonly repositoryId: number }
  | { readonly kind: "project"; readonly projectId: number };

export interface DcHook {
  readonly id: number;
  readonly scope: DcHookScope;
  readonly name: string;
  readonly url: string;
  readonly active: boolean;
  readonly events: readonly string[];
  /** As it was given, the secret apart. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** Null: deliveries are not signed. */
  readonly secret: string | null;
  /** Sent as Basic. */
  readonly credentials: { readonly username: string; readonly password: string } | null;
  readonly sslVerificationRequired: boolean;
  readonly createdDate: Date;
  readonly updatedDate: Date;
}

/** One delivery, for `latest` and `statistics`. */
export interface DcInvocation extends Attempted {
  readonly id: number;
  readonly hookId: number;
  readonly event: string;
  readonly url: string;
  readonly body: string;
}

export interface DcHookState {
  readonly hooks: DcHook[];
  /** Oldest first. */
  readonly invocations: DcInvocation[];
  /** The last ids given away. */
  lastHookId: number;
  lastInvocationId: number;
}

export function emptyHooks(): DcHookState {
  return { hooks: [], invocations: [], lastHookId: 0, lastInvocationId: 0 };
}

export function isOf(scope: DcHookScope, { scope: own }: DcHook): boolean {
  if (scope.kind === "repository")
    return own.kind === "repository" && own.repositoryId === scope.repositoryId;
  return own.kind === "project" && own.projectId === scope.projectId;
}
