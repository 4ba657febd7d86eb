/** The face of `windlass/bitbucket`: the protocol, the API client and the profile, for any runtime with fetch and WebCrypto. */
export { type Clock, systemClock } from "../base/clock.ts";
export { isWindlassError, type Reaction, type WindlassError } from "../base/errors.ts";
export { type Fetch, openDoor } from "../base/http/door.ts";
export { randomToken } from "../base/random.ts";
export { Secret } from "../base/secret.ts";
export { type Authorize, type AuthorizedCall, basic, bearer } from "./api/authorize.ts";
export { type Api, type ApiCall, createApi, type Query } from "./api/client.ts";
export {
  type CloudCommit,
  type CloudEmail,
  type CloudRepository,
  commitPage,
  currentEmails,
  currentUser,
  diffstat,
  type FileChange,
  getRepository,
  getWorkspace,
  listWorkspaces,
  repositoryPage,
  resolveBranch,
} from "./api/cloud.ts";
export { cloudInstance, cloudUrls } from "./cloud.ts";
export {
  type DataCenterAuthorizationRequest,
  type DataCenterCodeExchange,
  type DataCenterProvider,
  type DataCenterProviderOptions,
  dataCenterProvider,
} from "./data-center-provider.ts";
export { eachCommit } from "./host/each-commit.ts";
export type {
  Account,
  Changes,
  CodeHost,
  CommitPage,
  HostCommit,
  HostLinks,
  HostRepository,
  HostWorkspace,
  RepositoryPage,
  RepositoryPlace,
} from "./host/host.ts";
export { openHost } from "./host/open.ts";
export type {
  CloudInstance,
  CloudUrls,
  DataCenterInstance,
  Instance,
  OAuth2Instance,
  Product,
  ServerInstance,
} from "./instance.ts";
export { authorizationUrl, type OAuth1Callback, readOAuth1Callback } from "./oauth1/authorization.ts";
export { type SignRequest, signRequest } from "./oauth1/sign.ts";
export { oauth1Authorize } from "./oauth1/sign-call.ts";
export {
  exchangeVerifier,
  type OAuth1Context,
  type OAuth1Tokens,
  type RequestToken,
  renewAccess,
  requestToken,
  type VerifierExchange,
} from "./oauth1/tokens.ts";
export {
  buildAuthorizationUrl,
  readState,
  type VerifiedCallback,
  validateCallback,
} from "./oauth2/authorization.ts";
export { type RevocationContext, revokeToken } from "./oauth2/revoke.ts";
export {
  exchangeCode,
  refreshTokens,
  requestClientCredentials,
  type TokenContext,
  type TokenSet,
} from "./oauth2/token.ts";
export { fetchDataCenterProfile } from "./profile/data-center.ts";
export type { EmailStanding } from "./profile/email.ts";
export { openProfile } from "./profile/open.ts";
export { fetchProfile, type Profile } from "./profile/profile.ts";
export {
  type BitbucketProvider,
  type BitbucketProviderOptions,
  bitbucketProvider,
  type ProviderAuthorizationRequest,
  type ProviderCodeExchange,
  type ProviderTokens,
} from "./provider.ts";
export { cloudScope, expandScopes, findScope, scopeLists } from "./scopes/catalogue.ts";
export { cloudScopes } from "./scopes/cloud.ts";
export {
  compareScopes,
  missingFor,
  missingScopes,
  type ScopeGap,
  type ScopePlace,
} from "./scopes/compare.ts";
export { leastScopes, type NeededScope, type Purpose, purposes } from "./scopes/purposes.ts";
export type { AccessTokenOwner, CloudScope, Scope, ScopeList } from "./scopes/scope.ts";
export { suggestScope } from "./scopes/suggest.ts";
export { serverInstance } from "./self-hosted.ts";
export {
  type ServerProvider,
  type ServerProviderOptions,
  type ServerRequestToken,
  type ServerTokens,
  type ServerVerifierExchange,
  serverProvider,
} from "./server-provider.ts";
