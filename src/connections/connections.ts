/** Owns connections: a project's access at a Bitbucket, from consent or an entered credential to its repositories, and its end. */
import { isWindlassError } from "../base/errors.ts";
import type { CodeHost, RepositoryPage } from "../bitbucket/host/host.ts";
import type { ConnectionsTable } from "../storage/schema.ts";
import { listConnections, updateConnection } from "../storage/tables/connections.ts";
import { listRepositories, replaceRepositories } from "../storage/tables/repositories.ts";
import type { Farewell } from "../vault/farewell.ts";
import type { HandedToken } from "../vault/handed-token.ts";
import type { TokenOrder } from "../vault/vault.ts";
import { type AccessParts, changeRow, findRow, hostFor } from "./access.ts";
import { type Connection, type Repository, readConnection, readRepositoryRow } from "./connection.ts";
import { type Arrival, begin, complete, type Departure, type TripStarter } from "./consent.ts";
import { type CredentialEntry, connectAsConsumer, enterCredential } from "./entry.ts";
import { connectionErrors } from "./errors.ts";
import { type AccessOverview, createHandingOut } from "./handing-out.ts";
import type { LineProblem } from "./lines.ts";
import { checkForm, type RepositoryForm, repositoryRow } from "./repositories.ts";
import { detectWorkspaces, findWorkspace, unknownWorkspace, type WorkspaceList } from "./workspaces.ts";

export type { Arrival, Departure, TripStarter } from "./consent.ts";
export type { CredentialEntry, FieldProblem } from "./entry.ts";

export interface ConnectionParts extends AccessParts {
  readonly handshakes: TripStarter;
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
  begin(departure: Departure): Promise<{ readonly location: string }>;
  /** Throws `connections.other_person` when another account than the connection's granted access to renew it. */
  complete(arrival: Arrival): Promise<Connection>;
  /** See {@link enterCredential}. */
  enter(entry: CredentialEntry): Promise<Connection>;
  /** See {@link connectAsConsumer}. */
  connectAsConsumer(entry: Parameters<typeof connectAsConsumer>[1]): Promise<Connection>;
  get(id: string): Promise<Connection>;
  /** Oldest first. */
  list(projectId: string): Promise<Connection[]>;
  workspaces(id: string): Promise<WorkspaceList>;
  /** Takes a slug or project key as typed, an address too. Throws `connections.workspace_not_found`. */
  chooseWorkspace(id: string, slug: string): Promise<Connection>;
  /** Throws `connections.no_workspace`, `connections.workspace_not_found`, `bitbucket.bad_page`. `next` is for `page` only. */
  findRepositories(id: string, query?: RepositoryQuery): Promise<RepositoryPage>;
  /** All or nothing: the form becomes the connection's list when nothing is wrong with it. */
  saveRepositories(id: string, form: RepositoryForm): Promise<SavedRepositories>;
  /** By name. */
  repositories(id: string): Promise<Repository[]>;
  /** A project's, or everyone's, with when their access ends. */
  overview(projectId?: string): Promise<AccessOverview[]>;
  /** Its access, to be used at once. Throws as the vault's `token`, and `connections.not_found`. */
  token(id: string, order: TokenOrder): Promise<HandedToken>;
  /** The same for a caller who may have this project's alone: another's is not found. */
  tokenOf(projectId: string, id: string, order: TokenOrder): Promise<HandedToken>;
  /** Forgets the secrets, after giving them back where Bitbucket takes them; what was read stays. `actor` is who did it, for the record. */
  disconnect(id: string, actor?: string): Promise<Farewell>;
  /** The host seen with the connection's credential; its calls are counted, and `onCall` is told of each. */
  host(id: string, onCall?: () => void): Promise<CodeHost>;
}

export function createConnections(parts: ConnectionParts): Connections {
  const read = async (id: string) => readConnection(await findRow(parts, id));
  const readNew = async (id: string) => {
    await detectOnlyWorkspace(parts, id);
    return read(id);
  };
  const host = async (id: string, onCall?: () => void) => hostFor(parts, await findRow(parts, id), onCall);
  return {
    ...createHandingOut(parts),
    begin: (departure) => begin(parts, departure),
    complete: async (arrival) => readNew(await complete(parts, arrival)),
    enter: async (entry) => readNew(await enterCredential(parts, entry)),
    connectAsConsumer: async (entry) => readNew(await connectAsConsumer(parts, entry)),
    get: read,
    list: async (projectId) => (await listConnections(parts.database.kysely, projectId)).map(readConnection),
    workspaces: async (id) => detectWorkspaces(await host(id)),
    async chooseWorkspace(id, slug) {
      const { key, id: workspaceId } = await findWorkspace(await host(id), slug);
      await changeRow(parts, id, { workspace_slug: key, workspace_id: workspaceId });
      return read(id);
    },
    findRepositories: (id, query = {}) => findRepositories(parts, id, query),
    saveRepositories: (id, form) => saveRepositories(parts, id, form),
    repositories: (id) => repositoriesOf(parts, id),
    async disconnect(id, actor) {
      await findRow(parts, id);
      return parts.vault.forget(id, actor);
    },
    host,
  };
}

/** A convenience: when it fails, the wizard asks and shows why. */
async function detectOnlyWorkspace(parts: ConnectionParts, id: string): Promise<void> {
  const row = await findRow(parts, id);
  if (row.workspace_slug !== null) return;
  try {
    const { workspaces } = await detectWorkspaces(await hostFor(parts, row));
    const [only, another] = workspaces;
    if (only === undefined || another !== undefined) return;
    await changeRow(parts, id, { workspace_slug: only.key, workspace_id: only.id });
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
  const host = await hostFor(parts, row);
  try {
    return await host.repositoryPage(row.workspace_slug, query);
  } catch (error) {
    if (!isWindlassError(error, "bitbucket.not_found")) throw error;
    throw unknownWorkspace(host, { cause: error });
  }
}

async function saveRepositories(
  parts: ConnectionParts,
  id: string,
  form: RepositoryForm,
): Promise<SavedRepositories> {
  const row = await findRow(parts, id);
  const context = { host: await hostFor(parts, row), workspace: row.workspace_slug };
  const { repositories, problems, lookbackProblem } = await checkForm(form, context);
  const nothingChosen = repositories.length === 0 && problems.length === 0;
  if (nothingChosen || problems.length > 0 || lookbackProblem !== null) {
    return { saved: [], problems, lookbackProblem, nothingChosen };
  }
  const now = parts.clock.now();
  const rows = repositories.map((repository) => repositoryRow(row.id, repository, now));
  await store(parts, row, { rows, lookbackDays: form.lookbackDays, now });
  return { saved: await repositoriesOf(parts, id), problems, lookbackProblem, nothingChosen };
}

/** A workspace nobody chose is the one all repositories are in. */
async function store(
  { database }: ConnectionParts,
  row: ConnectionsTable,
  list: {
    readonly rows: readonly ReturnType<typeof repositoryRow>[];
    readonly lookbackDays: number;
    readonly now: Date;
  },
): Promise<void> {
  const workspaces = new Set(list.rows.map(({ workspace_slug }) => workspace_slug));
  const [only = null] = workspaces.size === 1 ? workspaces : [];
  await database.transaction(async (transaction) => {
    await replaceRepositories(transaction, row.id, list.rows);
    await updateConnection(transaction, row.id, {
      lookback_days: list.lookbackDays,
      workspace_slug: row.workspace_slug ?? only,
      updated_at: list.now.toISOString(),
    });
  });
}

async function repositoriesOf(parts: ConnectionParts, id: string): Promise<Repository[]> {
  return (await listRepositories(parts.database.kysely, id)).map(readRepositoryRow);
}
