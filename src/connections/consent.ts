/** Owns connecting by consent: off to Bitbucket, back with tokens, a connection made or renewed. */
import { isWindlassError } from "../base/errors.ts";
import { readableLine } from "../base/line.ts";
import { newId } from "../base/random.ts";
import { authorizeAs, type CredentialKind, credentialKinds } from "../bitbucket/credential.ts";
import type { Account } from "../bitbucket/host/host.ts";
import type { Instance } from "../bitbucket/instance.ts";
import type { TokenSet } from "../bitbucket/oauth2/token.ts";
import { deleteConnection, insertConnection } from "../storage/tables/connections.ts";
import { type AccessParts, changeRow, findRow, hostWith } from "./access.ts";
import { connectionErrors } from "./errors.ts";
import { scopesToAsk } from "./permissions.ts";

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
  readonly kind: CredentialKind;
  readonly tokens: TokenSet;
  readonly projectId: string | null;
  readonly connectionId: string | null;
  /** Who came back. */
  readonly userId?: string | null;
}

export async function begin(
  parts: AccessParts & { readonly handshakes: TripStarter },
  departure: Departure,
): Promise<{ readonly location: string }> {
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
    scopes: scopesToAsk(await parts.instances(trip.instanceId)),
    ...(connectionId === undefined ? {} : { connectionId }),
  });
}

/** The id of the connection made or renewed. Throws `connections.other_person`, `connections.person_without_id`. */
export async function complete(parts: AccessParts, arrival: Arrival): Promise<string> {
  const account = await identify(parts, arrival);
  const actor = arrival.userId ? `user ${arrival.userId}` : undefined;
  const credential = {
    kind: arrival.kind,
    login: null,
    tokens: arrival.tokens,
    scopes: arrival.tokens.scopes,
    endsAt: null,
  };
  return arrival.connectionId === null
    ? makeConnection(parts, { ...arrival, account, credential, actor })
    : renewConnection(parts, arrival.connectionId, { ...arrival, account, credential, actor });
}

async function identify(parts: AccessParts, { instanceId, kind, tokens }: Arrival): Promise<Account> {
  const instance = await parts.instances(instanceId);
  const credential = { kind, login: null, accessToken: tokens.accessToken };
  const authorize = authorizeAs({ instance, clock: parts.clock }, credential);
  const account = await hostWith(parts, instance, { authorize }).account();
  if (account.subject === null) throw connectionErrors.fail("connections.person_without_id");
  return account;
}

/** A credential that Bitbucket has just taken. */
export interface ProvenCredential {
  readonly kind: CredentialKind;
  readonly login: string | null;
  readonly tokens: Pick<TokenSet, "accessToken" | "refreshToken" | "expiresAt">;
  /** As granted, as far as Bitbucket says. */
  readonly scopes: readonly string[];
  /** When its owner said that it ends. */
  readonly endsAt: Date | null;
}

export interface NewConnection {
  readonly instanceId: string;
  readonly projectId: string | null;
  readonly account: Account;
  readonly credential: ProvenCredential;
  /** Who makes it, as the record names them. */
  readonly actor?: string | undefined;
  readonly workspace?: { readonly key: string; readonly id: string | null } | null;
}

export async function makeConnection(parts: AccessParts, made: NewConnection): Promise<string> {
  const { instanceId, projectId, account, credential, workspace = null } = made;
  if (projectId === null)
    throw connectionErrors.fail("connections.not_found", { detail: "the handshake names no project" });
  const id = newId("con");
  const now = parts.clock.now().toISOString();
  try {
    await insertConnection(parts.database.kysely, {
      id,
      project_id: projectId,
      instance_id: instanceId,
      kind: credential.kind,
      login: credential.login,
      git_user: gitUserOf(await parts.instances(instanceId), credential, account),
      state: "active",
      state_reason: null,
      subject: account.subject,
      account_name: readableName(account),
      scopes: credential.scopes.join(" "),
      ends_at: credential.endsAt?.toISOString() ?? null,
      workspace_slug: workspace?.key ?? null,
      workspace_id: workspace?.id ?? null,
      lookback_days: 30,
      created_at: now,
      updated_at: now,
    });
    await parts.vault.keep(id, { ...credential.tokens, grantedBy: made.actor });
  } catch (error) {
    await deleteConnection(parts.database.kysely, id);
    // Its project was deleted while Bitbucket was asked.
    if (isWindlassError(error, "storage.missing_reference"))
      throw connectionErrors.fail("connections.not_found", { detail: `${projectId} is gone`, cause: error });
    throw error;
  }
  return id;
}

export async function renewConnection(
  parts: AccessParts,
  id: string,
  { instanceId, projectId, account, credential, actor }: NewConnection,
): Promise<string> {
  const row = await findRow(parts, id);
  if (row.project_id !== projectId || row.instance_id !== instanceId) {
    throw connectionErrors.fail("connections.not_found", { detail: `${id} is another project's` });
  }
  if (row.subject !== account.subject) {
    const message = `This connection belongs to ${row.account_name} at Bitbucket, but ${readableName(account)} just granted access.`;
    throw connectionErrors.fail("connections.other_person", { message });
  }
  // The kind goes with them: a header made of the one's tokens in the other's way would be refused.
  const { kind, login, tokens } = credential;
  await parts.vault.keep(id, { ...tokens, grantedBy: actor }, { kind, login });
  await changeRow(parts, id, {
    git_user: gitUserOf(await parts.instances(instanceId), credential, account),
    account_name: readableName(account),
    scopes: credential.scopes.join(" "),
    ends_at: credential.endsAt?.toISOString() ?? null,
  });
  return id;
}

/** One line of at most 200 characters, whatever Bitbucket calls it. */
function readableName({ name, subject }: Account): string {
  return [...(readableLine(name.slice(0, 1_000)) || subject || "unknown")].slice(0, 200).join("");
}

/** Self-hosted, a token goes beside its owner's user name; an app password beside that it was made for. */
function gitUserOf(
  { product }: Instance,
  { kind, login }: ProvenCredential,
  { username }: Account,
): string | null {
  if (kind === "app-password") return login;
  const isOwners = kind === "http-access-token" || (kind === "oauth2" && product !== "cloud");
  return isOwners ? username : credentialKinds[kind].gitUser;
}
