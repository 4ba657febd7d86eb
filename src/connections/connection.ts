/** Owns the shape of a connection and of its repositories, and reading them from their rows. */
import type { CredentialKind } from "../bitbucket/credential.ts";
import type { ConnectionsTable, RepositoriesTable } from "../storage/schema.ts";

/**
 * `active` works · `refreshing` is being renewed · `suspect` was refused once and is asked again · `uncertain` may have lost
 * its answer · `suspended` was paused, or answered as another person · `reconnect` needs somebody to consent again ·
 * `disconnected` has forgotten its secrets.
 */
export type ConnectionState =
  | "active"
  | "refreshing"
  | "suspect"
  | "uncertain"
  | "suspended"
  | "reconnect"
  | "disconnected";

/** A project's access to a Bitbucket, without its secrets. */
export interface Connection {
  readonly id: string;
  readonly projectId: string;
  readonly instanceId: string;
  readonly kind: CredentialKind;
  /** The e-mail address or user name that goes with the secret; null where it stands alone. */
  readonly login: string | null;
  readonly state: ConnectionState;
  /** The code of the failure that put it in this state, such as `vault.reconnect`. */
  readonly stateReason: string | null;
  /** The user name for git over HTTPS; null where a header takes its place. */
  readonly gitUser: string | null;
  /** When the credential ends, as its owner said; null when unknown or renewed by itself. */
  readonly endsAt: Date | null;
  /** The display name of the account that granted access, or what the token was made for. */
  readonly accountName: string;
  /** As granted, not expanded; empty where Bitbucket does not say. */
  readonly scopes: readonly string[];
  /** At Data Center and Server the project's key. `null` until it is chosen or entered. */
  readonly workspaceSlug: string | null;
  /** 1 to 3,650. */
  readonly lookbackDays: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface Repository {
  readonly id: string;
  /** Stays when the repository is renamed or moved. */
  readonly key: string;
  readonly workspaceSlug: string;
  readonly slug: string;
  readonly fullName: string;
  /** `null` while the repository is empty. */
  readonly mainBranch: string | null;
}

export function readConnection(row: ConnectionsTable): Connection {
  return {
    id: row.id,
    projectId: row.project_id,
    instanceId: row.instance_id,
    // As with the state below.
    kind: row.kind as CredentialKind,
    login: row.login,
    gitUser: row.git_user,
    endsAt: row.ends_at === null ? null : new Date(row.ends_at),
    // The column holds only what this house writes there: the states of the vault and of this room.
    state: row.state as ConnectionState,
    stateReason: row.state_reason,
    accountName: row.account_name,
    scopes: row.scopes.split(" ").filter((scope) => scope !== ""),
    workspaceSlug: row.workspace_slug,
    lookbackDays: row.lookback_days,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}

/** How long before its end a person is told that a credential ends. */
const warningDays = 14;

/** Whether a credential ends so soon that its owner has to make a new one. */
export function endsSoon({ endsAt }: Pick<Connection, "endsAt">, now: Date): boolean {
  return endsAt !== null && endsAt.getTime() - now.getTime() <= warningDays * 86_400_000;
}

export function readRepositoryRow(row: RepositoriesTable): Repository {
  return {
    id: row.id,
    key: row.repository_key,
    workspaceSlug: row.workspace_slug,
    slug: row.slug,
    fullName: row.full_name,
    mainBranch: row.main_branch,
  };
}
