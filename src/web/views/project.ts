/** Owns how a project, its connections and its runs become what the dashboard shows. */
import type { AnalysisSummary as Run } from "../../analyses/analysis.ts";
import type { App } from "../../app/app.ts";
import type { Connection, Repository } from "../../connections/connection.ts";
import type { ConnectionSummary } from "../../dashboard/parts/connection.ts";
import { needsReconnect } from "../../dashboard/parts/states.ts";
import type { AnalysisSummary, ProjectView } from "../../dashboard/project.ts";
import type { ProjectSummary } from "../../dashboard/projects.ts";
import type { Project } from "../../projects/projects.ts";
import { connectionDoubt, connectionFailure } from "./connection-state.ts";
import { instanceNameOf, placeWordOf } from "./instance.ts";

/** The project as one line of the list. */
export async function summarizeProject(app: App, { id, name }: Project): Promise<ProjectSummary> {
  const connections = await app.connections.list(id);
  const repositories = await Promise.all(
    connections.map((connection) => app.connections.repositories(connection.id)),
  );
  const needAttention = connections.filter(({ state }) => needsReconnect(state)).length;
  return {
    id,
    name,
    connections: connections.length,
    repositories: repositories.flat().length,
    analyses: (await app.analyses.list(id)).length,
    needAttention,
  };
}

/** The project's page, less what is about the visitor. */
export async function projectView(
  app: App,
  { id, name }: Project,
): Promise<Pick<ProjectView, "project" | "connections" | "analyses">> {
  const connections = await app.connections.list(id);
  const runs = await app.analyses.list(id);
  return {
    project: { id, name },
    connections: await Promise.all(connections.map((connection) => summarizeConnection(app, connection))),
    analyses: runs.map(summarizeRun),
  };
}

async function summarizeConnection(app: App, connection: Connection): Promise<ConnectionSummary> {
  const { id, instanceId, state, accountName, workspaceSlug, lookbackDays, createdAt } = connection;
  const { kind, endsAt, scopes, gitUser } = connection;
  const repositories = await app.connections.repositories(id);
  const links = await app.facts.links(instanceId);
  return {
    id,
    instanceId,
    instanceName: await instanceNameOf(app, instanceId),
    state,
    kind,
    endsAt,
    endsSoon: app.facts.endsSoon(connection),
    hasEnded: endsAt !== null && endsAt <= app.clock.now(),
    scopes,
    gaps: await app.facts.gaps(connection),
    gitUser,
    failure: connectionFailure(connection),
    doubt: await connectionDoubt(app, connection),
    accountName,
    workspace: workspaceSlug,
    placeWord: await placeWordOf(app, instanceId),
    repositories: repositories.map((repository) => ({
      fullName: repository.fullName,
      href: repositoryUrl(links, repository),
    })),
    lookbackDays,
    connectedAt: createdAt,
  };
}

function summarizeRun(run: Run): AnalysisSummary {
  const { id, state, createdAt, lookbackDays, commitsFound } = run;
  return { id, state, startedAt: createdAt, lookbackDays, commits: commitsFound, suspects: null };
}

/** The repository's own page at Bitbucket. */
function repositoryUrl(links: Links | null, { workspaceSlug, slug }: Repository): string | null {
  return links?.repository({ workspace: workspaceSlug, slug }) ?? null;
}

type Links = NonNullable<Awaited<ReturnType<App["facts"]["links"]>>>;
