/** The face for programs written for Backstage's auth backend: `windlass/backstage`. */
export type {
  AuthResolverContext,
  BackstageSignInResult,
  TokenParams,
} from "./context.ts";
export { type Entity, type EntityName, getDefaultOwnershipEntityRefs, stringifyEntityRef } from "./entity.ts";
export { ConflictError, NotFoundError } from "./errors.ts";
export { type BackstageConfigReader, type FromBackstageOptions, fromBackstage } from "./from-backstage.ts";
export {
  type AuthProviderFactory,
  type BitbucketProviderOptions,
  createBitbucketProvider,
  providers,
} from "./provider.ts";
export type { AuthResolverCatalogUserQuery, EntityFilter } from "./query.ts";
export {
  type AuthHandler,
  bitbucketUserIdSignInResolver,
  bitbucketUsernameSignInResolver,
  type SignInInfo,
  type SignInResolver,
} from "./resolver.ts";
export type { BitbucketOAuthResult, BitbucketPassportProfile, ProfileInfo } from "./result.ts";
