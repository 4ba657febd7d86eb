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
export { type CloudScope, cloudInstance, cloudScope, cloudScopes, cloudUrls, expandScopes } from "./cloud.ts";
export type {
  CloudInstance,
  CloudUrls,
  DataCenterInstance,
  Instance,
  OAuth2Instance,
  Product,
  ServerInstance,
} from "./instance.ts";
export {
  buildAuthorizationUrl,
  readState,
  type VerifiedCallback,
  validateCallback,
} from "./oauth2/authorization.ts";
export { exchangeCode, refreshTokens, type TokenContext, type TokenSet } from "./oauth2/token.ts";
export { fetchProfile, type Profile } from "./profile/profile.ts";
export {
  type BitbucketProvider,
  type BitbucketProviderOptions,
  bitbucketProvider,
  type ProviderAuthorizationRequest,
  type ProviderCodeExchange,
  type ProviderTokens,
} from "./provider.ts";
