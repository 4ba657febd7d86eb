/** Owns connections: a project's access at a Bitbucket, from consent to its list of repositories, and its end. */
import type { Clock } from "../base/clock.ts";
import { isWindlassError } from "../base/errors.ts";
import type { Fetch } from "../base/http/door.ts";
import { newId } from "../base/random.ts";
import { type Authorize, bearer } from "../bitbucket/api/authorize.ts";
import { type Api, createApi, segment } from "../bitbucket/api/client.ts";
import {
  type CloudRepository,
  currentUser,
  type RepositoryPage,
  repositoryPage,
} from "../bitbucket/api/cloud.ts";
import type { Instance } from "../bitbucket/instance.ts";
import { asText } from "../bitbucket/json.ts";
import type { TokenSet } from "../bitbucket/oauth2/token.ts";
import { withoutBraces } from "../bitbucket/uuid.ts";
import type { Database } from "../storage/database.ts";
import type { ConnectionsTable } from "../storage/schema.ts";
import {
  deleteConnection,
  findConnection,
  insertConnection,
  listConnections,
  updateConnection,
} from "../storage/tables/connections.ts";
import { listRepositories, replaceRepositories } from "../storage/tables/repositories.ts";
import { rememberBriefly } from "./brief-memory.ts";
import { type Connection, type Repository, readConnection, readRepositoryRow } from "./connection.ts";
import { connectionErrors } from "./errors.ts";
import type { LineProblem } from "./lines.ts";
import { connectPermissions, connectScopes } from "./permissions.ts";
import { checkForm, type RepositoryForm, repositoryRow } from "./repositories.ts";
import { detectWorkspaces, findWorkspace, type WorkspaceList } from "./workspaces.ts";

/** What this room needs of the vault. */
export interface TokenKeeper {
  keep(connectionId: string, tokens: TokenSet): Promise<void>;
  authorize(connectionId: string): Authorize;
  forget(connectionId: string): Promise<void>;
}

/** What this room needs of the handshakes. */
export interface TripStarter {
  begin(trip: {
    readonly instanceId: string;
    readonly purpose: "connect";
    readonly returnTo: string;
    readonly scopes: readonly string[];
    readonly browserToken: string;
    readonly userId: string;
    readonly projectId: string;
    readonly connectionId?: string;
  }): Promise<{ readonly location: string }>;
}

export interface ConnectionParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly vault: TokenKeeper;
  readonly handshakes: TripStarter;
  readonly instances: (id: string) => Instance | undefined;
  readonly fetch: Fetch;
  /** Told of every call; consumers are named by the instance's id. */
  readonly budget: { count(consumer: string): void };
}

/** A person setting out to connect. The caller has made sure that the project is theirs. */
export interface Departure {
  readonly projectId: string;
  readonly userId: string;
  readonly instanceId: string;
  readonly browserToken: string;
  /** Renews this connection instead of making one. */
  readonly connectionId?: string | undefined;
  readonly returnTo?: string | undefined;
}

/** What a completed handshake tells. */
export interface Arrival {
  readonly instanceId: string;
  readonly tokens: TokenSet;
  readonly projectId: string | null;
  readonly connectionId: string | null;
}

export interface RepositoryQuery {
  readonly query?: string | undefined;
  /** The `next` of the page before. */
  readonly page?: string | undefined;
}

export interface SavedRepositories {
  /** The connection's list as it is now; empty when anything was wrong, and then nothing was changed. */
  readonly saved: readonly Repository[];
  readonly problems: readonly LineProblem[];
  readonly lookbackProblem: string | null;
  /** Neither a line nor a tick. */
  readonly nothingChosen: boolean;
}

/** Every method that names a connection throws `connections.not_found`; those that ask Bitbucket also throw what its client throws. */
export interface Connections {
  /** What is asked for at Bitbucket and why. */
  readonly permissions: typeof connectPermissions;
  begin(departure: Departure): Promise<{ readonly location: string }>;
  /** Throws `connections.other_person` when another account than the connection's granted access to renew it. */
  complete(arrival: Arrival): Promise<Connection>;
  get(id: string): Promise<Connection>;
  /** Oldest first. */
  list(projectId: string): Promise<Connection[]>;
  workspaces(id: string): Promise<WorkspaceList>;
  /** Takes a slug as typed, an address too. Throws `connections.workspace_not_found`. */
  chooseWorkspace(id: string, slug: string): Promise<Connection>;
  /** Throws `connections.no_workspace`, `connections.workspace_not_found`, `connections.bad_page`. `next` is for `page` only. */
  findRepositories(id: string, query?: RepositoryQuery): Promise<RepositoryPage>;
  /** All or nothing: the form becomes the connection's list when nothing is wrong with it. */
  saveRepositories(id: string, form: RepositoryForm): Promise<SavedRepositories>;
  /** By name. */
  repositories(id: string): Promise<Repository[]>;
  /** Forgets the tokens; what was read stays. Bitbucket has no call to revoke them: the person does that there. */
  disconnect(id: string): Promise<void>;
  /** A client that acts for the connection and counts its calls. */
  api(id: string): Api;
}

export function createConnections(parts: ConnectionParts): Connections {
  const read = async (id: string) => readConnection(await findRow(parts, id));
  return {
    permissions: connectPermissions,
    begin: (departure) => begin(parts, departure),
    complete: (arrival) => complete(parts, arrival),
    get: read,
    list: async (projectId) => (await listConnections(parts.database.kysely, projectId)).map(readConnection),
    workspaces: async (id) => detectWorkspaces(apiFor(parts, await findRow(parts, id))),
    async chooseWorkspace(id, slug) {
      const { slug: workspace_slug, uuid } = await findWorkspace(
        apiFor(parts, await findRow(parts, id)),
        slug,
      );
      await change(parts, id, { workspace_slug, workspace_uuid: uuid });
      return read(id);
    },
    findRepositories: (id, query = {}) => findRepositories(parts, id, query),
    saveRepositories: (id, form) => saveRepositories(parts, id, form),
    repositories: (id) => repositoriesOf(parts, id),
    async disconnect(id) {
      await findRow(parts, id);
      await parts.vault.forget(id);
      await change(parts, id, { state: "disconnected", state_reason: null });
    },
    api: (id) => lazyApi(parts, id),
  };
}

function instanceOf(parts: ConnectionParts, id: string): Instance {
  const instance = parts.instances(id);
  if (instance === undefined) throw connectionErrors.fail("connections.unknown_instance", { detail: id });
  return instance;
}

async function findRow({ database }: ConnectionParts, id: string): Promise<ConnectionsTable> {
  const row = await findConnection(database.kysely, id);
  if (row === undefined) throw connectionErrors.fail("connections.not_found", { detail: id });
  return row;
}

async function change(parts: ConnectionParts, id: string, changes: Partial<ConnectionsTable>): Promise<void> {
  await updateConnection(parts.database.kysely, id, {
    ...changes,
    updated_at: parts.clock.now().toISOString(),
  });
}

async function begin(parts: ConnectionParts, departure: Departure): Promise<{ readonly location: string }> {
  const { connectionId, returnTo = "/", ...trip } = departure;
  if (connectionId !== undefined) {
    const row = await findRow(parts, connectionId);
    if (row.project_id !== trip.projectId || row.instance_id !== trip.instanceId) {
      throw connectionErrors.fail("connections.not_found", {
        detail: `${connectionId} is another project's`,
      });
    }
  }
  return parts.handshakes.begin({
    ...trip,
    purpose: "connect",
    returnTo,
    scopes: connectScopes,
    ...(connectionId === undefined ? {} : { connectionId }),
  });
}

async function complete(parts: ConnectionParts, arrival: Arrival): Promise<Connection> {
  const account = await identify(parts, arrival);
  const id =
    arrival.connectionId === null
      ? await makeConnection(parts, arrival, account)
      : await renewConnection(parts, arrival.connectionId, { arrival, account });
  await detectOnlyWorkspace(parts, id);
  return readConnection(await findRow(parts, id));
}

interface Account {
  readonly subject: string;
  readonly name: string;
}

async function identify(parts: ConnectionParts, { instanceId, tokens }: Arrival): Promise<Account> {
  const { fetch, clock, budget } = parts;
  const instance = instanceOf(parts, instanceId);
  const onCall = () => budget.count(instanceId);
  const user = await currentUser(
    createApi({ instance, fetch, clock, authorize: bearer(tokens.accessToken), onCall }),
  );
  const subject = withoutBraces(user.uuid);
  if (subject === null) throw connectionErrors.fail("connections.person_without_id");
  return {
    subject,
    name: asText(user.display_name) ?? asText(user.nickname) ?? asText(user.username) ?? subject,
  };
}

async function makeConnection(parts: ConnectionParts, arrival: Arrival, account: Account): Promise<string> {
  const { instanceId, tokens, projectId } = arrival;
  if (projectId === null)
    throw connectionErrors.fail("connections.not_found", { detail: "the handshake names no project" });
  const id = newId("con");
  const now = parts.clock.now().toISOString();
  await insertConnection(parts.database.kysely, {
    id,
    project_id: projectId,
    instance_id: instanceId,
    kind: "oauth2",
    state: "active",
    state_reason: null,
    subject: account.subject,
    account_name: account.name,
    scopes: tokens.scopes.join(" "),
    workspace_slug: null,
    workspace_uuid: null,
    lookback_days: 30,
    created_at: now,
    updated_at: now,
  });
  try {
    await parts.vault.keep(id, tokens);
  } catch (error) {
    await deleteConnection(parts.database.kysely, id);
    throw error;
  }
  return id;
}

async function renewConnection(
  parts: ConnectionParts,
  id: string,
  { arrival, account }: { readonly arrival: Arrival; readonly account: Account },
): Promise<string> {
  const row = await findRow(parts, id);
  if (row.project_id !== arrival.projectId || row.instance_id !== arrival.instanceId) {
    throw connectionErrors.fail("connections.not_found", { detail: `${id} is another project's` });
  }
  if (row.subject !== account.subject) {
    const message = `This connection belongs to ${row.account_name} at Bitbucket, but ${account.name} just granted access.`;
    throw connectionErrors.fail("connections.other_person", { message });
  }
  await parts.vault.keep(id, arrival.tokens);
  await change(parts, id, {
    state: "active",
    state_reason: null,
    account_name: account.name,
    scopes: arrival.tokens.scopes.join(" "),
  });
  return id;
}

/** A convenience: when it fails, the wizard asks and shows why. */
async function detectOnlyWorkspace(parts: ConnectionParts, id: string): Promise<void> {
  const row = await findRow(parts, id);
  if (row.workspace_slug !== null) return;
  try {
    const { workspaces } = await detectWorkspaces(apiFor(parts, row));
    const [only, another] = workspaces;
    if (only === undefined || another !== undefined) return;
    await change(parts, id, { workspace_slug: only.slug, workspace_uuid: only.uuid });
  } catch (error) {
    if (!isWindlassError(error)) throw error;
  }
}

async function findRepositories(
  parts: ConnectionParts,
  id: string,
  query: RepositoryQuery,
): Promise<RepositoryPage> {
  const row = await findRow(parts, id);
  if (row.workspace_slug === null) throw connectionErrors.fail("connections.no_workspace");
  try {
    const page = pageUrl(instanceOf(parts, row.instance_id), row.workspace_slug, query.page);
    const answer = await repositoryPage(apiFor(parts, row), row.workspace_slug, { query: query.query, page });
    return { ...answer, next: answer.next === null ? null : new URL(answer.next).search };
  } catch (error) {
    if (!isWindlassError(error, "bitbucket.not_found")) throw error;
    throw connectionErrors.fail("connections.workspace_not_found", { cause: error });
  }
}

/** A page comes back through the browser, so only its query is taken: the token must not be led to other calls. */
function pageUrl(instance: Instance, workspace: string, page: string | undefined): string | undefined {
  if (page === undefined || page === "") return undefined;
  if (!/^\?[!-~]{1,4000}$/.test(page)) throw connectionErrors.fail("connections.bad_page");
  return `${instance.urls.api}/repositories/${segment(workspace)}${page}`;
}

async function saveRepositories(
  parts: ConnectionParts,
  id: string,
  form: RepositoryForm,
): Promise<SavedRepositories> {
  const row = await findRow(parts, id);
  const hosts = [new URL(instanceOf(parts, row.instance_id).urls.web).host];
  const context = { api: apiFor(parts, row), workspace: row.workspace_slug, hosts };
  const { repositories, problems, lookbackProblem } = await checkForm(form, context);
  const nothingChosen = repositories.length === 0 && problems.length === 0;
  if (nothingChosen || problems.length > 0 || lookbackProblem !== null) {
    return { saved: [], problems, lookbackProblem, nothingChosen };
  }
  await store(parts, row, { repositories, lookbackDays: form.lookbackDays });
  return { saved: await repositoriesOf(parts, id), problems, lookbackProblem, nothingChosen };
}

/** A workspace nobody chose is the one all repositories are in. */
async function store(
  { database, clock }: ConnectionParts,
  row: ConnectionsTable,
  { repositories, lookbackDays }: { repositories: readonly CloudRepository[]; lookbackDays: number },
): Promise<void> {
  const now = clock.now();
  const rows = repositories.map((repository) => repositoryRow(row.id, repository, now));
  const workspaces = new Set(rows.map(({ workspace_slug }) => workspace_slug));
  const [only = null] = workspaces.size === 1 ? workspaces : [];
  await database.transaction(async (transaction) => {
    await replaceRepositories(transaction, row.id, rows);
    await updateConnection(transaction, row.id, {
      lookback_days: lookbackDays,
      workspace_slug: row.workspace_slug ?? only,
      updated_at: now.toISOString(),
    });
  });
}

async function repositoriesOf(parts: ConnectionParts, id: string): Promise<Repository[]> {
  return (await listRepositories(parts.database.kysely, id)).map(readRepositoryRow);
}

function apiFor(parts: ConnectionParts, { id, instance_id }: ConnectionsTable): Api {
  const { fetch, clock, vault, budget } = parts;
  const instance = instanceOf(parts, instance_id);
  return createApi({
    instance,
    fetch,
    clock,
    authorize: rememberBriefly(vault.authorize(id), clock),
    onCall: () => budget.count(instance_id),
  });
}

/** Made at the first call, since the row says where to call. */
function lazyApi(parts: ConnectionParts, id: string): Api {
  let made: Promise<Api> | undefined;
  const api = () => {
    made ??= findRow(parts, id).then((row) => apiFor(parts, row));
    return made;
  };
  return {
    get: async (path, query) => (await api()).get(path, query),
    url: async (next) => (await api()).url(next),
  };
}
