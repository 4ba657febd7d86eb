/** Owns the names other systems give to what is configured here, and what each is called here. */

/** One name of another system's configuration. */
export interface ForeignKey {
  /** Whose name it is. */
  readonly of: string;
  /** Where it stands here, `*` for the name of an instance; null where there is nothing to configure. */
  readonly here: string | null;
  /** What to know beside it: how the value differs, or why there is no such key. */
  readonly note?: string;
}

const litestar = "litestar-oauth";
const backstage = "Backstage";
const authJs = "Auth.js";
const sentry = "Sentry";
const nango = "Nango";
const dex = "dex";
const oauth1IsOver = "OAuth 1 of Bitbucket Cloud has ended; make an OAuth 2 consumer";
const fixedRoutes = "sign-in is at /auth/{instance}/login, and the way back at callbackPath of the instance";
const neverBelieved = "the Host header is never believed";
const sealsTokens = "32 bytes in Base64; it seals tokens, sessions need none";
const returnTo = "the page that sends people to sign in says where they return to (returnTo)";

/** By the name as it is written there. */
export const foreignKeys: Readonly<Record<string, ForeignKey>> = {
  redirect_base_url: { of: litestar, here: "baseUrl" },
  bitbucket_client_id: { of: litestar, here: "instances.*.clientId" },
  bitbucket_client_secret: { of: litestar, here: "instances.*.clientSecret" },
  bitbucket_scope: { of: litestar, here: "instances.*.scopes" },
  route_prefix: { of: litestar, here: null, note: fixedRoutes },
  success_redirect: { of: litestar, here: null, note: returnTo },
  failure_redirect: { of: litestar, here: null, note: "a failure has a page of its own, with a cure" },
  state_ttl: { of: litestar, here: null, note: "how long a sign-in may take is fixed" },
  enabled_providers: { of: litestar, here: "instances", note: "each that is written there is on" },
  additionalScopes: { of: backstage, here: "instances.*.scopes", note: "account is written there too" },
  callbackUrl: { of: backstage, here: "instances.*.callbackPath", note: "the path alone, below baseUrl" },
  sessionDuration: { of: backstage, here: "sessions.absoluteSeconds", note: "a number of seconds" },
  host: { of: backstage, here: "instances.*.baseUrl", note: "with https:// before it" },
  auth: {
    of: backstage,
    here: "instances",
    note: "a file with auth.providers is read as Backstage's as it stands",
  },
  AUTH_BITBUCKET_ID: { of: authJs, here: "instances.*.clientId" },
  AUTH_BITBUCKET_SECRET: { of: authJs, here: "instances.*.clientSecret" },
  callbacks: { of: authJs, here: "signIn.rules", note: "who may enter; roles come from them too" },
  AUTH_SECRET: { of: authJs, here: "key", note: sealsTokens },
  providers: { of: authJs, here: "instances" },
  trustHost: { of: authJs, here: "baseUrl", note: neverBelieved },
  AUTH_TRUST_HOST: { of: authJs, here: "baseUrl", note: neverBelieved },
  AUTH_URL: { of: authJs, here: "baseUrl", note: "without a path" },
  BETTER_AUTH_URL: { of: "better-auth", here: "baseUrl" },
  BETTER_AUTH_SECRET: { of: "better-auth", here: "key", note: sealsTokens },
  socialProviders: { of: "better-auth", here: "instances" },
  trustedOrigins: { of: "better-auth", here: "signInOpeners" },
  BITBUCKET_CONSUMER_KEY: { of: sentry, here: null, note: oauth1IsOver },
  BITBUCKET_CONSUMER_SECRET: { of: sentry, here: null, note: oauth1IsOver },
  "system.url-prefix": { of: sentry, here: "baseUrl" },
  "system.secret-key": { of: sentry, here: "key", note: sealsTokens },
  NANGO_SERVER_URL: { of: nango, here: "baseUrl" },
  NANGO_ENCRYPTION_KEY: { of: nango, here: "key", note: "a key of your own; both are 32 bytes in Base64" },
  oauth_client_id: { of: nango, here: "instances.*.clientId" },
  oauth_client_secret: { of: nango, here: "instances.*.clientSecret" },
  oauth_scopes: { of: nango, here: "instances.*.scopes" },
  connectors: { of: dex, here: "instances" },
  redirectURI: { of: dex, here: "instances.*.callbackPath", note: "the path alone, below baseUrl" },
  teams: { of: dex, here: "signIn.rules", note: "a rule for each workspace, by its slug" },
  clientID: { of: "Passport", here: "instances.*.clientId" },
  callbackURL: { of: "Passport", here: "instances.*.callbackPath", note: "the path alone, below baseUrl" },
};
