/** Owns the way to connect anew, by kind of credential. */
import type { Action } from "../../ui/parts/action.ts";
import { paths } from "../paths.ts";
import type { ProjectRef } from "./frame.ts";
import type { CredentialKind } from "./kinds.ts";

export interface ReconnectableConnection {
  readonly id: string;
  readonly instanceId: string;
  readonly kind: CredentialKind;
}

/** A credential somebody brought is brought anew; consent is asked for again. */
export function reconnectAction(
  project: ProjectRef,
  { id, instanceId, kind }: ReconnectableConnection,
): Action {
  const label = "Reconnect";
  if (kind === "oauth2" || kind === "oauth1")
    return { label, post: paths.connectPermissions(project.id, instanceId), fields: { connection: id } };
  return {
    label,
    href: `${paths.connectCredential(project.id, instanceId, kind)}?connection=${encodeURIComponent(id)}`,
  };
}
