/** Owns finding the workspaces a connection can see, and the reason when they cannot be listed. */
import { isWindlassError } from "../base/errors.ts";
import type { Api } from "../bitbucket/api/client.ts";
import {
  getWorkspace,
  listWorkspaces,
  type Workspace,
  type WorkspaceAccess,
} from "../bitbucket/api/cloud.ts";
import { connectionErrors } from "./errors.ts";
import { nearestName } from "./near-miss.ts";

export interface WorkspaceList {
  readonly workspaces: readonly WorkspaceAccess[];
  /** Why there is nothing to choose from, so that the person is asked to type the workspace. One sentence. */
  readonly reason?: string;
}

/**
 * The workspaces of the account. None, a removed call (410) and a missing permission are not failures here: they come with a reason.
 * @see GET /user/workspaces (CHANGE-3022)
 */
export async function detectWorkspaces(api: Api): Promise<WorkspaceList> {
  try {
    const workspaces = await listWorkspaces(api);
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
export async function findWorkspace(api: Api, slug: string): Promise<Workspace> {
  const wanted = slug
    .trim()
    .replace(/^.*bitbucket\.org\//i, "")
    .replace(/\/.*$/, "")
    .toLowerCase();
  if (wanted === "") throw connectionErrors.fail("connections.workspace_not_found");
  try {
    return await getWorkspace(api, wanted);
  } catch (error) {
    const unknown =
      isWindlassError(error, "bitbucket.not_found") || isWindlassError(error, "bitbucket.forbidden");
    if (!unknown) throw error;
    const { workspaces } = await detectWorkspaces(api);
    const near = nearestName(
      `/${wanted}`,
      workspaces.map((workspace) => `/${workspace.slug}`),
    )?.slice(1);
    const message = `Bitbucket shows no workspace “${wanted}” to this account.${near === undefined ? "" : ` Did you mean “${near}”?`}`;
    const data = near === undefined ? {} : { suggestion: near };
    throw connectionErrors.fail("connections.workspace_not_found", { message, data, cause: error });
  }
}
