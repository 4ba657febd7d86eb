/** Owns the step from a provider factory to our configuration: its resolver is the only one of the instance. */
import type { BitbucketProviderOptions } from "./provider.ts";

/**
 * What a factory says of who signs in, as it stands below an instance; null where it says nothing and the file decides. An `authHandler`
 * without a resolver is nobody: beside a list in the file it would not be asked.
 */
export function instanceSignIn({ authHandler, signIn }: BitbucketProviderOptions) {
  if (signIn === undefined) return authHandler === undefined ? null : false;
  return { resolvers: [{ resolver: async () => null }] };
}
