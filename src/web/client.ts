/** Owns which client a request comes from: by the connection, or by what a proxy says that is trusted. */
import { isIP, isIPv4 } from "node:net";
import type { Context } from "hono";
import { type Ranges, rangesOf } from "../base/http/special-addresses.ts";

/** Who is at the other end of the connection, as Node's server hands it along with the request. */
export interface Peer {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string | undefined } };
}

/**
 * Gives what a client is counted by: an address of IPv4, or of IPv6 a network of 64 bits and the one of 48 bits around it, the
 * narrower first. None where it cannot be told from others, as for what comes from this machine.
 */
export type ClientOf = (context: Context) => readonly string[];

const loopback = rangesOf(["127.0.0.0/8", "::1"]);

/** `X-Forwarded-For` is read from the right, past proxies that are trusted: what stands further left anybody may have written. */
export function clientFinder(trustedProxies: readonly string[]): ClientOf {
  const trusted = rangesOf(trustedProxies);
  return ({ env, req }) => {
    const peer: Peer = env ?? {};
    const forwarded = (req.header("x-forwarded-for") ?? "").split(",").map((each) => each.trim());
    const address = farthest(peer.incoming?.socket?.remoteAddress, forwarded, trusted);
    return address === null || loopback.has(address) || trusted.has(address) ? [] : networksOf(address);
  };
}

function farthest(peer: string | undefined, forwarded: readonly string[], trusted: Ranges): string | null {
  let address = plain(peer ?? "");
  for (const said of forwarded.toReversed()) {
    if (address === null || !trusted.has(address)) return address;
    const before = plain(said);
    if (before === null) return address;
    address = before;
  }
  return address;
}

/** Without port, brackets, zone or the IPv6 clothes of an IPv4 address; null for what is no address. */
function plain(text: string): string | null {
  const bare = /^\[([^\]]+)\](:\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const address = bare.replace(/%.*$/, "").replace(/^::ffff:(?=[\d.]+$)/i, "");
  return isIP(address) === 0 ? null : address;
}

/** Whoever has one address of IPv6 has the 2⁶⁴ beside it, and some have 2¹⁶ such networks: one site's worth. */
function networksOf(address: string): readonly string[] {
  if (isIPv4(address)) return [address];
  const whole = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = "", tail] = whole.split("::");
  const [before, after] = [head, tail ?? ""].map((half) => half.split(":").filter(Boolean));
  const missing = 8 - (before?.length ?? 0) - (after?.length ?? 0);
  const groups = [
    ...(before ?? []),
    ...Array<string>(tail === undefined ? 0 : missing).fill("0"),
    ...(after ?? []),
  ];
  return [`${groups.slice(0, 4).join(":")}::/64`, `${groups.slice(0, 3).join(":")}::/48`];
}
