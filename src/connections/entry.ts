/** Owns connecting by a credential a person brings: checked for the usual mix-ups, then proven with one call. */
import { isWindlassError, type WindlassError } from "../base/errors.ts";
import { Secret } from "../base/secret.ts";
import { authorizeAs, type CredentialKind, credentialKinds } from "../bitbucket/credential.ts";
import type { Account, CodeHost } from "../bitbucket/host/host.ts";
import type { Instance } from "../bitbucket/instance.ts";
import { requestClientCredentials } from "../bitbucket/oauth2/token.ts";
import { listOf } from "../bitbucket/scopes/catalogue.ts";
import { type AccessParts, hostWith } from "./access.ts";
import { makeConnection, type NewConnection, renewConnection } from "./consent.ts";
import { type CredentialEntry, checkEntry, type FieldProblem } from "./entry-check.ts";
import { connectionErrors } from "./errors.ts";

export type { CredentialEntry, FieldProblem } from "./entry-check.ts";

/**
 * Keeps a credential Bitbucket takes, and gives the connection's id.
 * Throws `connections.entry_invalid` (data: problems, a {@link FieldProblem} each), `connections.app_password_retired`,
 * `connections.other_person`, and what the call that proves it throws.
 */
export async function enterCredential(parts: AccessParts, entry: CredentialEntry): Promise<string> {
  const problems = checkEntry(entry, parts.clock.now());
  if (problems.length > 0) throw invalid(problems);
  const instance = await parts.instances(entry.instanceId);
  const { kind } = entry;
  const login = credentialKinds[kind].login === null ? null : (entry.login ?? "").trim();
  const accessToken = new Secret(entry.secret.trim());
  const authorize = authorizeAs({ instance, clock: parts.clock }, { kind, login, accessToken });
  let granted: readonly string[] = [];
  const onAnswer = (headers: Headers) => {
    granted = grantedScopes(headers, kind);
  };
  const proof = await prove(hostWith(parts, instance, { authorize, onAnswer }), entry).catch((error) => {
    throw explain(error, entry);
  });
  const endsAt = entry.endsOn ? new Date(`${entry.endsOn}T00:00:00Z`) : null;
  return keep(parts, entry, {
    ...proof,
    credential: {
      kind,
      login,
      // Its owner's word may be a slip: a token said to be over is still sent, and Bitbucket decides.
      tokens: { accessToken, refreshToken: null, expiresAt: null },
      scopes: granted,
      endsAt,
    },
  });
}

/**
 * Connects as the instance's own consumer, which stands for no person and sees what its workspace holds: only where the operator
 * shares it. Throws `connections.kind_not_offered`, `bitbucket.consumer_public`, `bitbucket.consumer_without_callback`, and what the calls throw.
 * @see RFC 6749 section 4.4
 */
export async function connectAsConsumer(
  parts: AccessParts,
  entry: Pick<CredentialEntry, "instanceId" | "projectId" | "connectionId" | "actor">,
): Promise<string> {
  const instance = await parts.instances(entry.instanceId);
  if (instance.product !== "cloud" || !instance.sharesConsumer)
    throw connectionErrors.fail("connections.kind_not_offered");
  const tokens = await requestClientCredentials({ ...parts, instance });
  const kind = "client-credentials";
  const { accessToken } = tokens;
  const authorize = authorizeAs({ instance, clock: parts.clock }, { kind, login: null, accessToken });
  const account = await consumerAccount(hostWith(parts, instance, { authorize }), instance);
  return keep(parts, entry, {
    account,
    credential: { kind, login: null, tokens, scopes: tokens.scopes, endsAt: null },
  });
}

/** What `/user` says of an `app_user` nobody has captured; the consumer's key names it as well. */
async function consumerAccount(host: CodeHost, instance: Instance): Promise<Account> {
  const name = `OAuth consumer of ${instance.id}`;
  try {
    return { ...(await host.account()), kind: "bot" };
  } catch (error) {
    const unnamed =
      isWindlassError(error, "bitbucket.forbidden") || isWindlassError(error, "bitbucket.not_found");
    if (!unnamed) throw error;
    return { subject: null, name, username: null, kind: "bot" };
  }
}

type Proof = Pick<NewConnection, "account" | "workspace">;

function keep(
  parts: AccessParts,
  { connectionId, ...entry }: Pick<CredentialEntry, "instanceId" | "projectId" | "connectionId" | "actor">,
  proof: Proof & Pick<NewConnection, "credential">,
): Promise<string> {
  const made = { instanceId: entry.instanceId, projectId: entry.projectId, actor: entry.actor, ...proof };
  return connectionId === undefined
    ? makeConnection(parts, made)
    : renewConnection(parts, connectionId, made);
}

/** What may be a scope's name; the list comes from elsewhere and is shown. */
const scopeName = /^[\w:-]{1,100}$/;
const mostScopes = 100;

/**
 * As the answer's header lists them; none where Bitbucket does not say. Nobody has seen the header beside a real API token,
 * so names of another list than its own prove nothing.
 */
function grantedScopes(headers: Headers, kind: CredentialKind): readonly string[] {
  const names = (headers.get("x-oauth-scopes") ?? "").split(/[\s,]+/).filter((name) => scopeName.test(name));
  if (kind === "api-token" && names.some((name) => listOf(name) !== "api-token")) return [];
  return [...new Set(names)].slice(0, mostScopes);
}

/** One call: who it stands for; for an access token, what it was made for. */
async function prove(host: CodeHost, { kind, place = "" }: CredentialEntry): Promise<Proof> {
  if (kind !== "access-token") return { account: await host.account() };
  const [workspace = "", slug] = place.trim().toLowerCase().split("/");
  const name = `Access token of ${place.trim()}`;
  const account: Account = { subject: null, name, username: null, kind: "bot" };
  // A project's token is shown its own repositories here; neither it nor a repository's token is shown the workspace itself.
  if (slug === undefined) await host.repositoryPage(workspace);
  else await host.repository({ workspace, slug });
  return { account, workspace: { key: workspace, id: null } };
}

function invalid(problems: readonly FieldProblem[]) {
  const message = problems.map((problem) => problem.message).join(" ");
  return connectionErrors.fail("connections.entry_invalid", { message, data: { problems } });
}

/** A 401 means something else for each kind; what an access token is not shown was named wrong. */
function explain(error: unknown, entry: CredentialEntry): unknown {
  const { kind } = entry;
  if (kind === "access-token" && isWindlassError(error, "bitbucket.not_found"))
    return misplaced(error, entry);
  if (!isWindlassError(error, "bitbucket.unauthorized")) return error;
  if (kind === "app-password") return retired(error);
  const refused = error.data.reason === "no-scopes" ? scopeless : (refusal[kind] ?? error.message);
  const problems: FieldProblem[] = [{ field: "secret", message: refused }];
  return connectionErrors.fail("connections.credential_refused", { data: { problems }, cause: error });
}

function misplaced(cause: WindlassError, { place = "" }: CredentialEntry) {
  const name = place.trim();
  const what = name.includes("/") ? "repository" : "workspace";
  const message = `Bitbucket shows no ${what} “${name}” to this token.`;
  const problems: FieldProblem[] = [{ field: "place", message }];
  return connectionErrors.fail("connections.entry_invalid", { message, data: { problems }, cause });
}

function retired(cause: WindlassError) {
  return connectionErrors.fail("connections.app_password_retired", { cause });
}

/** Bitbucket names this one reason; a wrong address and a wrong token it does not tell apart. */
const scopeless =
  "The token has no scopes for Bitbucket: make one with “Create API token with scopes”, and choose Bitbucket as its app. Those of a token cannot be changed later.";

const refusal: Partial<Record<CredentialKind, string>> = {
  "api-token":
    "Bitbucket does not take this e-mail address and token. The token must be one with scopes for Bitbucket, and not be over or revoked.",
  "access-token": "Bitbucket does not take this token: it is not whole, over, or was revoked.",
  "http-access-token": "Bitbucket does not take this token: it is not whole, over, or was revoked.",
};
