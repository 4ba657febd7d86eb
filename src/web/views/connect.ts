/** Owns how the third step of connecting is shown: what was typed, which workspace, which repositories. */
import type { App } from "../../app/app.ts";
import { isWindlassError } from "../../base/errors.ts";
import type { Connection } from "../../connections/connections.ts";
import type { ConnectRepositoriesView } from "../../dashboard/connect-repositories.ts";
import type { RepositoryListView } from "../../dashboard/parts/repository-list.ts";
import type { WorkspaceChoice } from "../../dashboard/parts/workspace.ts";
import { instanceName } from "./project.ts";

/** The wizard's form as it came: whatever happens, all of it is shown again. */
export interface WizardForm {
  readonly do: string;
  readonly workspace: string;
  readonly q: string;
  readonly page: string;
  readonly picked: readonly string[];
  readonly text: string;
  readonly lookbackDays: string;
}

type Fields = Readonly<Record<string, string | readonly string[]>>;

/** Reads the fields that are there; `page` asks for a page of the list, as the search button does. */
export function wizardForm(fields: Fields): WizardForm {
  const text = (name: string) => [fields[name] ?? ""].flat()[0] ?? "";
  const page = text("page");
  return {
    do: text("do") || ("page" in fields ? "search" : "save"),
    workspace: text("workspace").trim().toLowerCase(),
    q: text("q"),
    page,
    picked: [...new Set([fields.picked ?? []].flat())].filter((each) => each !== ""),
    text: text("text"),
    lookbackDays: text("lookbackDays"),
  };
}

type Shown = Omit<ConnectRepositoriesView, "viewer" | "csrf" | "notice" | "project">;

/** The page, less visitor and project. A list that cannot be read does not take the form away. */
export async function repositoriesView(app: App, connection: Connection, form: WizardForm): Promise<Shown> {
  const { id, instanceId, accountName } = connection;
  return {
    connection: { id, instanceId, instanceName, accountName },
    workspace: await workspaceChoice(app, connection, form),
    list: await listView(app, connection, form),
    text: form.text,
    lookbackDays: form.lookbackDays,
    problems: [],
  };
}

async function workspaceChoice(app: App, connection: Connection, form: WizardForm): Promise<WorkspaceChoice> {
  const { id, workspaceSlug } = connection;
  const { workspaces, reason } = await app.connections.workspaces(id);
  if (workspaceSlug !== null) {
    return {
      kind: "known",
      slug: workspaceSlug,
      others: workspaces.map(({ slug }) => slug).filter((slug) => slug !== workspaceSlug),
    };
  }
  if (workspaces.length > 0) return { kind: "choose", workspaces };
  return { kind: "ask", reason: reason ?? "Bitbucket named no workspace.", typed: form.workspace };
}

/** The searchable list; null until the workspace is known. */
export async function listView(
  app: App,
  connection: Connection,
  form: WizardForm,
): Promise<RepositoryListView | null> {
  const { id, projectId, workspaceSlug } = connection;
  if (workspaceSlug === null) return null;
  const picked = form.picked.map((fullName) => ({ value: fullName, fullName }));
  const base = {
    projectId,
    connectionId: id,
    workspace: workspaceSlug,
    query: form.q,
    picked,
    paged: form.page !== "",
  };
  try {
    const { repositories, next } = await app.connections.findRepositories(id, {
      query: form.q,
      page: form.page || undefined,
    });
    const found = repositories
      .filter(({ fullName }) => !form.picked.includes(fullName))
      .map(({ fullName, isPrivate, description, updatedOn }) => ({
        value: fullName,
        fullName,
        isPrivate,
        description,
        updatedOn,
      }));
    return { ...base, found, nextPage: next };
  } catch (error) {
    if (!isWindlassError(error)) throw error;
    return { ...base, found: [], nextPage: null, failure: error };
  }
}
