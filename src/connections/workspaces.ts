/** Owns finding the workspaces a connection can see, and the reason when they cannot be listed. */
import { type FailureDetails, isWindlassError, type WindlassError } from "../base/errors.ts";
import { scopeWithTick } from "../bitbucket/api/errors.ts";
import type { CodeHost, HostWorkspace } from "../bitbucket/host/host.ts";
import { asTexts } from "../bitbucket/json.ts";
import { expandScopes, listOf } from "../bitbucket/scopes/catalogue.ts";
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
    const { none, ask } = wordsOf(host);
    return { workspaces, reason: `${none}; ${ask}.` };
  } catch (error) {
    const reason = whyNotListed(error, wordsOf(host));
    if (reason === null) throw error;
    return { workspaces: [], reason };
  }
}

/** What repositories are grouped in is called by its product's name. */
interface Words {
  readonly one: string;
  readonly many: string;
  readonly none: string;
  readonly ask: string;
  /** Where its id is to be found. */
  readonly cure: string;
}

const workspaceWords: Words = {
  one: "workspace",
  many: "workspaces",
  none: "This Bitbucket account is a member of no workspace",
  ask: "enter the one the repositories are in",
  cure: "Copy the workspace's id from its address at Bitbucket: bitbucket.org/ID/.",
};

const projectWords: Words = {
  one: "project",
  many: "projects",
  none: "Bitbucket shows no project to this account",
  ask: "enter the key of the one the repositories are in",
  cure: "Copy the project's key from its address at Bitbucket: …/projects/KEY/.",
};

function wordsOf({ product }: Pick<CodeHost, "product">): Words {
  return product === "cloud" ? workspaceWords : projectWords;
}

function whyNotListed(error: unknown, { one, many }: Words): string | null {
  if (isWindlassError(error, "bitbucket.gone"))
    return `Bitbucket no longer lists ${many} for this connection; enter the ${one}.`;
  if (isWindlassError(error, "bitbucket.forbidden")) {
    const names = missingIn(error);
    if (names === "") return `Bitbucket does not list ${many} for this connection; enter the ${one}.`;
    return `The permission ${names} was not granted, so the ${many} cannot be listed; enter the ${one}.`;
  }
  if (isWindlassError(error, "bitbucket.not_found"))
    return `This Bitbucket does not list ${many}; enter the ${one}.`;
  return null;
}

/** What Bitbucket says it wants and was not granted, in the words of the form that grants it; "" when it does not say. */
function missingIn({ data }: WindlassError): string {
  const granted = asTexts(data.granted);
  const missing = asTexts(data.required).filter((scope) => !expandScopes(granted, listOf(scope)).has(scope));
  return missing.map(scopeWithTick).join(", ");
}

/** The workspace as Bitbucket knows it. Throws `connections.workspace_not_found`, naming a near one if there is one. */
export async function findWorkspace(host: CodeHost, key: string): Promise<HostWorkspace> {
  const wanted = key
    .trim()
    .replace(/^.*(?:bitbucket\.org|\/projects)\//i, "")
    .replace(/\/.*$/, "")
    .toLowerCase();
  if (wanted === "") throw unknownWorkspace(host);
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
    const guess = near === undefined ? "" : ` Did you mean “${near}”?`;
    const message = `Bitbucket shows no ${wordsOf(host).one} “${wanted}” to this account.${guess}`;
    const data = near === undefined ? {} : { suggestion: near };
    throw unknownWorkspace(host, { message, data, cause: error });
  }
}

/** In the words of the host's product. */
export function unknownWorkspace(
  host: Pick<CodeHost, "product">,
  details: Pick<FailureDetails, "message" | "data" | "cause"> = {},
): WindlassError {
  const { one, cure } = wordsOf(host);
  const message = `Bitbucket shows no such ${one} to this account.`;
  return connectionErrors.fail("connections.workspace_not_found", { message, cure, ...details });
}
