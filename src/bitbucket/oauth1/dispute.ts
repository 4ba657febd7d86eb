/** Owns comparing what Bitbucket would have signed with what we signed, where it refuses a signature. */
import { quoteForeign } from "../foreign-text.ts";
import { baseStringUri } from "./base-string.ts";

/** The request whose signature was refused. */
export interface Disputed {
  readonly method: string;
  readonly url: URL;
}

/**
 * Where the two differ: `address` and `parameters` point at a proxy in between, `nothing` at the keys, `unknown` when Bitbucket
 * did not show its side.
 */
export interface Dispute {
  readonly difference: "address" | "method" | "parameters" | "nothing" | "unknown";
  /** Bitbucket's side, fit for quoting. Of parameters only the names: their values hold the token. */
  readonly theirs: string | null;
  readonly ours: string | null;
}

/** Compares by method, by address and by the names of the query's parameters. */
export function compareSides(baseString: string | null, sent: Disputed | undefined): Dispute {
  const theirs = readBaseString(baseString ?? "");
  if (theirs === null || sent === undefined) return { difference: "unknown", theirs: null, ours: null };
  const ours = {
    method: sent.method.toUpperCase(),
    address: baseStringUri(sent.url),
    parameters: listed(sent.url.searchParams.keys()),
  };
  for (const difference of ["address", "method", "parameters"] as const) {
    if (theirs[difference] !== ours[difference]) {
      return { difference, theirs: quoteForeign(theirs[difference]), ours: ours[difference] };
    }
  }
  return { difference: "nothing", theirs: null, ours: null };
}

interface Side {
  readonly method: string;
  readonly address: string;
  /** The names outside the protocol's own, sorted. */
  readonly parameters: string;
}

function readBaseString(text: string): Side | null {
  const [method, address, parameters, ...rest] = text.split("&").map(decode);
  if (method === undefined || !address || parameters === undefined || rest.length > 0) return null;
  return { method, address, parameters: listed(new URLSearchParams(parameters).keys()) };
}

function listed(names: Iterable<string>): string {
  return [...names]
    .filter((name) => !name.startsWith("oauth_"))
    .toSorted()
    .join(", ");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
