/** Owns a sign-in resolver of Backstage's: its shape, the two for Bitbucket, and asking one who somebody is. */
import type { Profile } from "../bitbucket/profile/profile.ts";
import { annotations } from "../catalog/annotations.ts";
import {
  type AuthResolverContext,
  type BackstageSignInResult,
  beginResolving,
  type UserCatalog,
} from "./context.ts";
import { NotFoundError } from "./errors.ts";
import { type BitbucketOAuthResult, type ProfileInfo, profileInfoOf, resultOf } from "./result.ts";

/** Whom a resolver is asked about. */
export interface SignInInfo<Result> {
  /** As `authHandler` made it. */
  profile: ProfileInfo;
  /** What passport would have said. */
  result: Result;
}

/** Says as whom somebody is signed in. One that throws or returns nothing signs nobody in. */
export type SignInResolver<Result> = (
  info: SignInInfo<Result>,
  context: AuthResolverContext,
) => Promise<BackstageSignInResult>;

/** Makes the profile a resolver is told. One that throws signs nobody in. */
export type AuthHandler<Result> = (
  result: Result,
  context: AuthResolverContext,
) => Promise<{ profile: ProfileInfo }>;

/** The `User` entity whose annotation `bitbucket.org/username` is the Bitbucket user name. Names can change hands: prefer the id. */
export const bitbucketUsernameSignInResolver: SignInResolver<BitbucketOAuthResult> = async (
  info,
  context,
) => {
  const { username } = info.result.fullProfile;
  if (username === undefined) throw new NotFoundError("The Bitbucket profile has no user name.");
  return context.signInWithCatalogUser({ annotations: { [annotations.username]: username } });
};

/** The `User` entity whose annotation `bitbucket.org/user-id` is the Bitbucket uuid, with or without braces. */
export const bitbucketUserIdSignInResolver: SignInResolver<BitbucketOAuthResult> = async (info, context) =>
  context.signInWithCatalogUser({ annotations: { [annotations.userId]: info.result.fullProfile.id } });

/** What is asked, one after the other. */
export interface SignInWays {
  readonly authHandler?: AuthHandler<BitbucketOAuthResult> | undefined;
  readonly resolver: SignInResolver<BitbucketOAuthResult>;
}

/** As whom a profile is signed in, `user:default/john`; null where handler or resolver return nothing. Throws what they throw, and `backstage.foreign_token`. */
export async function askResolver(
  { authHandler, resolver }: SignInWays,
  profile: Profile,
  catalog: UserCatalog,
): Promise<string | null> {
  const { context, signedInAs } = beginResolving(catalog);
  const result = resultOf(profile);
  const handled = await authHandler?.(result, context);
  const shown = authHandler === undefined ? profileInfoOf(result) : handled?.profile;
  if (shown === undefined) return null;
  return signedInAs(await resolver({ profile: shown, result }, context));
}
