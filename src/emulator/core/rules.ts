/** Owns the emulator's switches: every fact about Bitbucket Cloud that is unproven or retired, with the default we play. */

import { apiRules } from "../cloud/api-rules.ts";
import { gitRules } from "../cloud/git/git-rules.ts";
import { hookRules } from "../cloud/hooks/hook-rules.ts";
import { limitRules } from "../cloud/limits/limit-rules.ts";
import { permissionRules } from "../cloud/permissions/permission-rules.ts";
import { pullRequestRules } from "../cloud/pull-requests/rules.ts";
import { amount, choice, flag, readSwitch, type Switch, words } from "./switches.ts";

const day = 86_400;

/** Every switch. `docs/emulator.md` holds the same table for people; a test keeps the two equal. */
export const switches = {
  invalidRedirectStatus: choice(
    [400, 200, 404],
    "Status of the HTML page for a redirect_uri that is not allowed; nobody noted it.",
  ),
  redirectRawPrefix: flag(
    false,
    "The callback rule compares raw characters instead of stopping at a path boundary.",
  ),
  redirectQueryMayDiffer: flag(
    false,
    "A redirect_uri may carry a query the registered callback URL does not have.",
  ),
  loopbackAnyPort: flag(false, "A loopback callback URL allows any port; reports contradict each other."),
  denialDescription: words(
    "",
    "error_description beside error=access_denied; empty: left out. The real text was never captured.",
  ),
  unsupportedResponseType: choice(
    ["page", "redirect"],
    "A response_type other than code: an HTML page, or RFC 6749's redirect with unsupported_response_type.",
  ),
  rememberConsent: flag(false, "Who has granted the same scopes before is not asked again; nobody noted it."),
  excessScope: choice(
    ["invalid_scope", "drop"],
    "Asking for more than the consumer has: an invalid_scope redirect, or a silent narrowing.",
  ),
  pkceChecked: flag(
    false,
    "A code_verifier is demanded and checked where a code_challenge was sent; no page says that Bitbucket does.",
  ),
  codeLifeSeconds: amount(
    600,
    "Life of an authorization code; undocumented, RFC 6749 advises ten minutes at most.",
  ),
  badCodeError: choice(
    ["invalid_grant", "invalid_request"],
    "The error for a bad, used, expired or foreign code, and for a redirect_uri that differs at the exchange; nobody captured either.",
  ),
  badCodeDescription: words(
    "The specified code is not valid.",
    "error_description for a bad, used, expired or foreign code; seen in a third-party mock only.",
  ),
  basicRaw: flag(true, "Basic credentials are read as they stand."),
  basicPercentDecoded: flag(
    true,
    "Basic credentials are read percent-decoded, as RFC 6749 section 2.3.1 says.",
  ),
  credentialsInBody: flag(
    true,
    "client_id and client_secret in the form body are taken in place of Basic; undocumented, yet reported to work.",
  ),
  accessTokenLifeSeconds: amount(7200, "expires_in: observed two hours; the documentation says one (3600)."),
  tokenLength: amount(2688, "Characters of access and refresh tokens; new ones often exceed 2,500."),
  scopeField: choice(
    ["scope", "scopes", "both"],
    "Name of the granted scopes in the token answer: scopes until May 2026, though some guides said scope even then. In 2025 both, so that every guide can be followed; no answer of Bitbucket's with both was ever seen.",
    "both",
  ),
  stateField: flag(true, "The token answer names the grant in state; not captured since May 2026."),
  rotateRefreshTokens: flag(
    true,
    "Every refresh answers a new refresh token and retires the old one; since 4 May 2026.",
    false,
  ),
  refreshReuseSeconds: amount(
    600,
    "How long a rotated-away refresh token still works: ten minutes per an engineer, none per a probe (0).",
  ),
  refreshReuseKillsGrant: flag(
    false,
    "Using a rotated-away refresh token after that time ends the whole grant.",
  ),
  refreshFailure: choice(
    ["unauthorized_client", "invalid_grant", "invalid_request"],
    "The error for a dead refresh token; until 2026 it was invalid_request.",
    "invalid_request",
  ),
  clientLockoutSeconds: amount(
    0,
    "After a rotated-away refresh token, valid ones of that client fail too for so long; seen once.",
  ),
  refreshIdleSeconds: amount(
    90 * day,
    "A refresh token unused for three months expires; since 4 May 2026. Before, none was known to: a hundred years.",
    36_500 * day,
  ),
  clientCredentialsRefreshToken: flag(
    false,
    "client_credentials answers a refresh token; until 4 May 2026.",
    true,
  ),
  clientCredentialsAsOwner: flag(
    false,
    "client_credentials acts as the workspace's owner instead of an app_user; until 4 May 2026.",
    true,
  ),
  tokenInQuery: flag(false, "?access_token= is accepted; until 4 May 2026.", true),
  tokenInBody: flag(
    false,
    "access_token in a form body is accepted; until 4 May 2026. A POST of it to a path that only reads is answered as the read: guides say so of /2.0/user, yet which paths and methods Bitbucket took is unproven.",
    true,
  ),
  misplacedTokenMessage: words(
    "Token is invalid, expired, or not supported for this endpoint.",
    "The sentence of the 401 for a token in query or body; never captured.",
  ),
  bearerChallenge: flag(
    true,
    "A 401 for an unknown token carries WWW-Authenticate; told by a third party's test only.",
  ),
  appPasswords: flag(
    false,
    "App passwords are made in personal settings (until 9 September 2025) and work as Basic; until 28 July 2026.",
    true,
  ),
  issueAndWikiTicks: flag(
    false,
    "Issues and Wikis can be ticked on consumers and app passwords; until 20 August 2026. Their endpoints are not played.",
    true,
  ),
  workspaceMembershipTick: flag(
    false,
    "Workspace membership: Read can be ticked and gives the scope team, which opens nothing here. Guides name the tick and Atlassian's security schemes list the scope; that the one gives the other, and until when, is unproven.",
    true,
  ),
  crossWorkspaceLists: flag(
    false,
    "/repositories, /workspaces, /user/permissions/… answer instead of 410; until 14 April 2026.",
    true,
  ),
  repositoryPermissionsGone: choice(
    [410, 404],
    "Status of /user/permissions/repositories since its removal; one report has 404.",
  ),
  foreignWorkspaceStatus: choice(
    [404, 403],
    "Answer for a private workspace one is not a member of; anonymous probes met both.",
  ),
  userForAppUser: choice(
    ["app_user", "403"],
    "What /user answers to a client_credentials token, behind which stands no person.",
  ),
  userForAccessToken: choice(
    ["403", "app_user"],
    "What /user answers to a workspace access token with account: the API shows such a token as a user elsewhere, yet one client's author met 403 here.",
  ),
  workspacesForAccessToken: choice(
    ["own", "403"],
    "What /user/workspaces answers to a workspace access token with account: its workspace, or Forbidden; nobody noted it.",
  ),
  narrowTokenReadsWorkspace: flag(
    false,
    "A repository or project access token reads /workspaces/{workspace} of its own workspace; nobody noted it.",
  ),
  publicBeyondReach: flag(
    false,
    "Access tokens and apps on their own also read what is public outside their reach; Atlassian says they are kept from any other repository, and tells of no exception.",
  ),
  apiTokenAsBearer: flag(false, "An API token is taken as Bearer, too; reports contradict each other."),
  badApiTokenMessage: choice(
    ["Token is invalid, expired, or not supported for this endpoint.", "Invalid credentials."],
    "The sentence of the 401 for an API token that is unknown, expired, revoked, or beside anything but its owner's e-mail address; the first was met with a user name, the second belongs to wrong passwords.",
  ),
  scopelessTokenError: choice(
    ["string", "envelope"],
    "error in the 401 for an API token without scopes: a string, as met in one place only, or the envelope with the same sentence.",
  ),
  tokenHeaders: flag(
    true,
    "Answers to API tokens and access tokens carry X-Credential-Type (api_token, repo_access_token, project_access_token, workspace_access_token) and X-OAuth-Scopes; one client's author relies on them.",
  ),
  ...permissionRules,
  ...limitRules,
  ...hookRules,
  ...apiRules,
  ...gitRules,
  ...pullRequestRules,
} as const satisfies Record<string, Switch<boolean> | Switch<number> | Switch<string>>;

type Switches = typeof switches;
export type RuleName = keyof Switches;

/** The value of every switch. */
export type Rules = { readonly [Name in RuleName]: Switches[Name]["today"] };

/** A named bundle of switches: how Bitbucket behaves today, or as guides written until 2025 expect it. */
export type RuleBundle = "today" | "2025";

const ruleNames = Object.keys(switches) as RuleName[]; // the table's own keys, which Object.keys widens to string

function isRuleName(name: string): name is RuleName {
  return Object.hasOwn(switches, name);
}

/** Today's rules, or the bundle, or today's with some of them changed. */
export function chooseRules(wanted: RuleBundle | Partial<Rules> = "today"): Rules {
  const entries = ruleNames.map((name) => [name, ruleValue(name, wanted)] as const);
  return Object.fromEntries(entries) as Rules; // one value of the right type per name of the table
}

function ruleValue(name: RuleName, wanted: RuleBundle | Partial<Rules>): unknown {
  const entry: Switch<unknown> = switches[name];
  if (wanted === "today") return entry.today;
  if (wanted === "2025") return entry.in2025 ?? entry.today;
  return wanted[name] ?? entry.today;
}

/** Reads `name=value` as typed on a command line or in a seed. Returns the rule, or a sentence saying what is wrong. */
export function readRule(name: string, text: string): Partial<Rules> | string {
  if (!isRuleName(name)) return `There is no rule "${name}"`;
  const entry: Switch<unknown> = switches[name];
  const read = readSwitch(name, entry, text);
  return typeof read === "string" ? read : { [name]: read.value };
}
