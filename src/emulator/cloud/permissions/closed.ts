/** Owns the answer to a stranger who asks for what lies in a workspace. */
import type { Rules } from "../../core/rules.ts";
import { apiError, forbidden, workspaceNotFound } from "../answers.ts";

/** What kind of refusal is the rule `closedWorkspace`. */
export function closedWorkspace({ closedWorkspace: kind }: Rules, handle: string): Response {
  if (kind === "404") return workspaceNotFound(handle);
  return kind === "403"
    ? forbidden()
    : apiError(401, { message: "You do not have access to view this workspace." });
}
