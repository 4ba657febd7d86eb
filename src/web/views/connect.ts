/** Owns how the third step of connecting is shown: what was typed, which workspace, which repositories. */
import type { App } from "../../app/app.ts";
import { isWindlassError, type WindlassError } from "../../base/errors.ts";
import type { Connection } from "../../connections/connection.ts";
import type { ConnectRepositoriesView, LineProblem } from "../../dashboard/connect-repositories.ts";
import type { PlaceWord } from "../../dashboard/parts/place-words.ts";
import type { RepositoryListView } from "../../dashboard/parts/repository-list.ts";
import type { WorkspaceChoice } from "../../dashboard/parts/workspace.ts";
import { instanceNameOf, placeWordOf } from "./instance.ts";

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
    workspace: text("workspace").trim(),
    q: text("q"),
    page,
    picked: [...new Set([fields.picked ?? []].flat())].filter((each) => each !== ""),
    text: text("text"),
    lookbackDays: text("lookbackDays"),
  };
}

/** What was found wrong with the form; all of it optional. */
export interface WizardProblems {
  readonly workspaceProblem?: string | null;
  readonly lookbackProblem?: string | null;
  readonly problems?: readonly LineProblem[];
  readonly nothingChosen?: boolean;
}

type Shown = Omit<ConnectRepositoriesView, "viewer" | "csrf" | "notice" | "project">;

/** The page, less visitor and project. A list that cannot be read does not take the form away. */
export async function repositoriesView(
  app: App,
  connection: Connection,
  { form, problems: found }: { readonly form: WizardForm; readonly problems: WizardProblems },
): Promise<Shown> {
  const { id, instanceId, kind, accountName } = connection;
  const { lookbackProblem, problems = [], nothingChosen = false } = found;
  const { choice, failure } = await workspaceChoice(app, connection, {
    typed: form.workspace,
    problem: found.workspaceProblem ?? null,
  });
  const list = await listView(app, connection, form);
  return {
    connection: { id, instanceId, kind, instanceName: await instanceNameOf(app, instanceId), accountName },
    workspace: choice,
    list,
    failure: list?.failure === undefined ? failure : null,
    text: form.text,
    lookbackDays: form.lookbackDays,
    problems,
    nothingChosen,
    ...(lookbackProblem ? { lookbackProblem } : {}),
  };
}

/** `failure` is why the workspaces could not be listed: the person can go on and type. */
async function workspaceChoice(
  app: App,
  { id, instanceId, workspaceSlug }: Connection,
  { typed, problem }: { readonly typed: string; readonly problem: string | null },
): Promise<{ readonly choice: WorkspaceChoice; readonly failure: WindlassError | null }> {
  const word = await placeWordOf(app, instanceId);
  const { workspaces, reason = "Bitbucket named none.", failure } = await listWorkspaces(app, id, word);
  if (workspaceSlug !== null) {
    const others = workspaces.map(({ key }) => key).filter((key) => key !== workspaceSlug);
    return { choice: { kind: "known", slug: workspaceSlug, others, word }, failure };
  }
  const said = problem === null ? { word } : { problem, word };
  const choice: WorkspaceChoice =
    workspaces.length > 0
      ? { kind: "choose", workspaces: workspaces.map(shownWorkspace), ...said }
      : { kind: "ask", reason, typed, ...said };
  return { choice, failure };
}

function shownWorkspace({
  key,
  administrator,
}: {
  readonly key: string;
  readonly administrator: boolean | null;
}) {
  return { slug: key, administrator: administrator === true };
}

type Listed = Awaited<ReturnType<App["connections"]["workspaces"]>> & {
  readonly failure: WindlassError | null;
};

async function listWorkspaces(app: App, connectionId: string, word: PlaceWord): Promise<Listed> {
  try {
    return { ...(await app.connections.workspaces(connectionId)), failure: null };
  } catch (error) {
    if (!isWindlassError(error)) throw error;
    return {
      workspaces: [],
      reason: `The ${word}s could not be listed; enter the ${word}.`,
      failure: error,
    };
  }
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
