/** Owns finding out how the registered redirect URI differs from ours, where Bitbucket refuses ours. */

/** A redirect URI that differs from ours in one thing. */
interface Variant {
  readonly uri: string;
  /** Completes "takes … , which": how it differs. */
  readonly difference: string;
}

/** What people commonly register in place of ours. */
export function variantsOf(redirectUri: string): readonly Variant[] {
  const url = new URL(redirectUri);
  const ends = redirectUri.endsWith("/");
  const slash = {
    uri: ends ? redirectUri.replace(/\/+$/, "") : `${redirectUri}/`,
    difference: ends ? "lacks the slash at the end" : "has a slash at the end",
  };
  const other = url.protocol === "https:" ? "http:" : "https:";
  const scheme = {
    uri: redirectUri.replace(url.protocol, other),
    difference: `begins with ${other}// instead of ${url.protocol}//`,
  };
  return [slash, scheme, ...hostVariants(redirectUri, url)];
}

function hostVariants(redirectUri: string, { hostname, port }: URL): readonly Variant[] {
  const named = { localhost: "127.0.0.1", "127.0.0.1": "localhost" }[hostname];
  const asHost = (host: string) => redirectUri.replace(`//${hostname}`, `//${host}`);
  const difference = "names another host";
  if (named !== undefined) return [{ uri: asHost(named), difference }];
  const without =
    port === "" ? [] : [{ uri: redirectUri.replace(`:${port}`, ""), difference: "lacks the port" }];
  const www = hostname.startsWith("www.") ? hostname.slice(4) : `www.${hostname}`;
  return [{ uri: asHost(www), difference }, ...without];
}

/** The first variant Bitbucket takes; null when it takes none. */
export async function takenVariant(
  redirectUri: string,
  takes: (uri: string) => Promise<boolean>,
): Promise<Variant | null> {
  for (const variant of variantsOf(redirectUri)) if (await takes(variant.uri)) return variant;
  return null;
}
