/** Owns the step from a provider factory to our configuration: its resolver is the only one of the instance. */
import type { OwnResolver } from "../signin/resolvers/own.ts";
import type { BitbucketProviderOptions } from "./provider.ts";
import { askResolver } from "./resolver.ts";

/**
 * What a factory says of who signs in, as it stands below an instance; null where it says nothing and the file decides. An `authHandler`
 * without a resolver is nobody: beside a list in the file it would not be asked.
 */
export function instanceSignIn({ authHandler, signIn }: BitbucketProviderOptions) {
  if (signIn === undefined) return authHandler === undefined ? null : false;
  const ways = { authHandler, resolver: signIn.resolver };
  const resolver: OwnResolver = async (profile, { catalog, signInAs }) => {
    const ref = await askResolver(ways, profile, catalog);
    return ref === null ? null : signInAs(ref);
  };
  // By which the operator's log tells it from others.
  Object.defineProperty(resolver, "name", { value: signIn.resolver.name });
  return { resolvers: [{ resolver }] };
}
