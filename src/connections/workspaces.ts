/** Owns finding the workspaces a connection can see, and the reason when they cannot be listed. */
import { isWindlassError } from "../base/errors.ts";
import type { CodeHost, HostWorkspace } from "../bitbucket/host/host.ts";
import { connectionErrors } from "./errors.ts";
import { nearestName } from "./near-miss.ts";

export interface WorkspaceList {
  readonly workspaces: readonly HostWorkspace[];
  /** Why there is nothing to choose from, so that the person is asked to type the workspace. One sentence. */
  readonly reason?: string;
}

/**
 * The workspaces of the account. None, a removed call (410) and a missing permission are not failures here: they come with a reason.
 * @see GET /user/workspaces (CHANGE-3022)
 */
export async function detectWorkspaces(host: CodeHost): Promise<WorkspaceList> {
  try {
    const workspaces = await host.workspaces();
    if (workspaces.length > 0) return { workspaces };
    return {
      workspaces,
      reason: "This Bitbucket account is a member of no workspace; enter the one the repositories are in.",
    };
  } catch (error) {
    const reason = whyNotListed(error);
    if (reason === null) throw error;
    return { workspaces: [], reason };
  }
}

function whyNotListed(error: unknown): string | null {
  if (isWindlassError(error, "bitbucket.gone")) {
    return "Bitbucket no longer lists workspaces for this connection; enter the workspace.";
  }
  if (isWindlassError(error, "bitbucket.forbidden")) {
    return "The permission “Account: Read” was not granted, so the workspaces cannot be listed; enter the workspace.";
  }
  if (isWindlassError(error, "bitbucket.not_found")) {
    return "This Bitbucket does not list workspaces; enter the workspace.";
  }
  return null;
}

/** The workspace as Bitbucket knows it. Throws `connections.workspace_not_found`, naming a near one if there is one. */
export async function findWorkspace(host: CodeHost, key: string): Promise<HostWorkspace> {
  const wanted = key
    .trim()
    .replace(/^.*(?:bitbucket\.org|\/projects)\//i, "")
    .replace(/\/.*$/, "")
    .toLowerCase();
  if (wanted === "") throw connectionErrors.fail("connections.workspace_not_found");
  try {
    return await host.workspace(wanted);
  } catch (error) {
    const unknown =
      isWindlassError(error, "bitbucket.not_found") || isWindlassError(error, "bitbucket.forbidden");
    if (!unknown) throw error;
    const { workspaces } = await detectWorkspaces(host);
    const near = nearestName(
      `/${wanted}`,
      workspaces.map((workspace) => `/${workspace.key}`),
    )?.slice(1);
    const message = `Bitbucket shows no workspace “${wanted}” to this account.${near === undefined ? "" : ` Did you mean “${near}”?`}`;
    const data = near === undefined ? {} : { suggestion: near };
    throw connectionErrors.fail("connections.workspace_not_found", { message, data, cause: error });
  }
}
