/** Owns who calls Cloud by git: the user names git sends beside each kind of credential. */
import type { EmulatorContext } from "../../core/context.ts";
import { findAppPassword } from "../app-passwords.ts";
import { identifyByToken } from "../authenticate.ts";
import type { Caller } from "../caller.ts";
import { splitPair } from "../oauth/client.ts";
import { identifyGitApiToken, looksLikeApiToken } from "../tokens/api-tokens.ts";

/** Stands beside OAuth access tokens and access tokens of repositories, projects and workspaces. */
const tokenUser = "x-token-auth";

/** Why nobody is let in: the credential is none, or an app password of bygone days. */
export type Unidentified = "bad_credentials" | "app_password";

/**
 * Who a git client is by its `Authorization` header.
 * @see "Using API tokens", https://support.atlassian.com/bitbucket-cloud/docs/using-api-tokens/
 * @see "Using access tokens", https://support.atlassian.com/bitbucket-cloud/docs/using-access-tokens/
 */
export function identifyGit(context: EmulatorContext, header: string | null): Caller | Unidentified {
  if (header === null) return { kind: "anonymous" };
  const [, scheme = "", value = ""] = /^(\S+)\s+(\S+)\s*$/.exec(header) ?? [];
  if (scheme.toLowerCase() === "bearer") return byToken(context, value);
  const pair =
    scheme.toLowerCase() === "basic" ? splitPair(Buffer.from(value, "base64").toString("utf8")) : null;
  if (pair === null) return "bad_credentials";
  if (looksLikeApiToken(pair.secret))
    return identifyGitApiToken(context, pair.key, pair.secret) ?? "bad_credentials";
  if (pair.key === tokenUser) return byToken(context, pair.secret);
  return byAppPassword(context, pair.key, pair.secret);
}

function byToken(context: EmulatorContext, token: string): Caller | Unidentified {
  const caller = identifyByToken(context, token);
  return caller instanceof Response ? "bad_credentials" : caller;
}

function byAppPassword({ world, rules }: EmulatorContext, username: string, password: string) {
  if (!rules.appPasswords) return password.startsWith("ATBB") ? "app_password" : "bad_credentials";
  const found = findAppPassword(world, username, password);
  if (found === null) return "bad_credentials";
  return {
    kind: "person",
    person: found.person,
    scopes: found.appPassword.scopes,
    credential: "app_password",
    consumerKey: null,
    grantId: null,
  } as const;
}
