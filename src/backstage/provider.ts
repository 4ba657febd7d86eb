/** Owns `createBitbucketProvider`: what a provider factory of Backstage's says, kept for `fromBackstage`. */
import {
  type AuthHandler,
  bitbucketUserIdSignInResolver,
  bitbucketUsernameSignInResolver,
  type SignInResolver,
} from "./resolver.ts";
import type { BitbucketOAuthResult } from "./result.ts";

/** What a provider factory of Backstage's is made with. */
export interface BitbucketProviderOptions {
  /** Makes the profile that the resolver is told, from what Bitbucket says. */
  readonly authHandler?: AuthHandler<BitbucketOAuthResult> | undefined;
  /** Without it nobody signs in. */
  readonly signIn?: { readonly resolver: SignInResolver<BitbucketOAuthResult> } | undefined;
}

/** Known by name in every copy of the package. */
const optionsOf = Symbol.for("windlass.backstage.provider");

/** A provider of `providerFactories`, made by `createBitbucketProvider`. */
export interface AuthProviderFactory {
  readonly [optionsOf]: BitbucketProviderOptions;
}

/** A provider for Bitbucket Cloud. Without a resolver it signs nobody in. */
export function createBitbucketProvider(options: BitbucketProviderOptions = {}): AuthProviderFactory {
  return Object.freeze({ [optionsOf]: { ...options } });
}

/** What a factory was made with; null for what is no factory of ours. */
export function readFactory(factory: unknown): BitbucketProviderOptions | null {
  if (typeof factory !== "object" || factory === null || !(optionsOf in factory)) return null;
  return (factory as AuthProviderFactory)[optionsOf]; // only `createBitbucketProvider` writes that key
}

/** The same by the names of later versions: `providers.bitbucket.create(…)`. */
export const providers = {
  bitbucket: {
    create: createBitbucketProvider,
    resolvers: {
      usernameMatchingUserEntityAnnotation: () => bitbucketUsernameSignInResolver,
      userIdMatchingUserEntityAnnotation: () => bitbucketUserIdSignInResolver,
    },
  },
} as const;
