/** Owns what a webhook of Cloud is. */

/** A repository's hook hears of it alone, a workspace's of all repositories in it. */
export type HookSubject =
  | { readonly kind: "repository"; readonly repositoryUuid: string }
  | { readonly kind: "workspace"; readonly workspaceUuid: string };

/** Replaced as a whole when it is changed. */
export interface Hook {
  readonly uuid: string;
  readonly subject: HookSubject;
  readonly description: string;
  readonly url: string;
  readonly active: boolean;
  /** Never shown; null: none, and deliveries are not signed. */
  readonly secret: string | null;
  readonly skipCertVerification: boolean;
  readonly events: readonly string[];
  readonly createdAt: Date;
}

export function isOf(subject: HookSubject, { subject: own }: Hook): boolean {
  if (subject.kind === "repository")
    return own.kind === "repository" && own.repositoryUuid === subject.repositoryUuid;
  return own.kind === "workspace" && own.workspaceUuid === subject.workspaceUuid;
}
