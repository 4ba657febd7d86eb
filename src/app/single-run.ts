/** Owns one analysis without a server: one repository, one access token, a database that ends with the process. */

import { createAnalyses } from "../analyses/analyses.ts";
import type { Analysis } from "../analyses/analysis.ts";
import type { Clock } from "../base/clock.ts";
import type { Fetch } from "../base/http/door.ts";
import type { Secret } from "../base/secret.ts";
import { bearer } from "../bitbucket/api/authorize.ts";
import { createApi } from "../bitbucket/api/client.ts";
import { cloudUrls } from "../bitbucket/cloud.ts";
import { cloudHost } from "../bitbucket/host/cloud.ts";
import type { HostRepository } from "../bitbucket/host/host.ts";
import type { CloudUrls } from "../bitbucket/instance.ts";
import { createBudget } from "../budget/budget.ts";
import { type Database, openDatabase } from "../storage/database.ts";
import { insertConnection } from "../storage/tables/connections.ts";
import { insertProject } from "../storage/tables/projects.ts";
import { replaceRepositories } from "../storage/tables/repositories.ts";
import { insertUser } from "../storage/tables/users.ts";

export interface SingleRun {
  readonly workspace: string;
  readonly slug: string;
  readonly accessToken: Secret;
  readonly urls: Pick<CloudUrls, "api">;
  readonly errorText: string;
  /** 1 to 3,650. */
  readonly lookbackDays: number;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Told a few times a second how far the run is. */
  readonly onProgress?: (analysis: SingleRunResult) => void;
}

/** What the run found: the shape an analysis has everywhere. */
export type SingleRunResult = Analysis;

/** The rows that own the one repository; nobody signs in here. */
const ids = {
  user: "usr_single",
  project: "prj_single",
  instance: "bitbucket",
  connection: "con_single",
  repository: "rep_single",
};

const progressMilliseconds = 250;

/**
 * Runs the same analysis as the server and gives what it found. Waits where Bitbucket's limit says so.
 * @throws what asking for the repository throws: `bitbucket.unauthorized`, `bitbucket.not_found`, `http.unreachable` …
 */
export async function runOnce(order: SingleRun): Promise<SingleRunResult> {
  const { fetch, clock, urls } = order;
  const database = await openDatabase(":memory:", { clock });
  const budget = createBudget({ database, clock });
  let onCall = () => {};
  const api = createApi({
    urls,
    fetch,
    clock,
    authorize: bearer(order.accessToken),
    onCall() {
      onCall();
      budget.count(ids.instance);
    },
  });
  const host = cloudHost({ urls: { ...cloudUrls, ...urls } }, api);
  const analyses = createAnalyses({
    database,
    clock,
    budget,
    async host(_, count) {
      onCall = count;
      return host;
    },
  });
  try {
    await plant(database, clock, await host.repository(order));
    const { errorText, lookbackDays } = order;
    const place = { projectId: ids.project, connectionId: ids.connection, startedBy: ids.user };
    const id = await analyses.start({ ...place, errorText, lookbackDays });
    const tick = setInterval(async () => order.onProgress?.(await analyses.get(id)), progressMilliseconds);
    await analyses.idle().finally(() => clearInterval(tick));
    return await analyses.get(id);
  } finally {
    await analyses.close();
    await database.close();
  }
}

async function plant({ kysely }: Database, clock: Clock, repository: HostRepository): Promise<void> {
  const now = clock.now().toISOString();
  await insertUser(kysely, {
    id: ids.user,
    display_name: "command line",
    email: null,
    email_verified: 0,
    avatar_url: null,
    created_at: now,
    last_signed_in_at: now,
  });
  await insertProject(kysely, { id: ids.project, name: "command line", made_by: ids.user, created_at: now });
  await insertConnection(kysely, {
    id: ids.connection,
    project_id: ids.project,
    instance_id: ids.instance,
    kind: "access-token",
    login: null,
    git_user: null,
    state: "active",
    state_reason: null,
    subject: null,
    account_name: "access token",
    scopes: "",
    ends_at: null,
    workspace_slug: repository.workspace,
    workspace_id: null,
    lookback_days: 30,
    created_at: now,
    updated_at: now,
  });
  await replaceRepositories(kysely, ids.connection, [
    {
      id: ids.repository,
      connection_id: ids.connection,
      repository_key: repository.id,
      workspace_slug: repository.workspace,
      slug: repository.slug,
      full_name: repository.fullName,
      main_branch: repository.mainBranch,
      created_at: now,
    },
  ]);
}
