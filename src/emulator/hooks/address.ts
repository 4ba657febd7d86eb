/** Owns which addresses the outside world can be reached at: not this machine, nor what is behind a router. */
import { lookup as resolve } from "node:dns";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/** Whether an IP address is one that is routed on the internet. */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";
}

/** The host of a URL without the brackets of IPv6. */
function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** Whether the host of a URL is an IP address that is not public, or a name that never leads out of a network. */
export function isPlainlyPrivate(url: URL): boolean {
  const host = bareHost(url).replace(/\.$/, "");
  if (ipaddr.isValid(host)) return !isPublicAddress(host);
  return !host.includes(".") || /\.(localhost|local|internal|intranet|lan|home\.arpa)$/i.test(host);
}

/** Whether the host of a URL resolves, and only to public addresses. Asks the machine's resolver for names. */
export async function leadsOutside(url: URL): Promise<boolean> {
  if (isPlainlyPrivate(url)) return false;
  const host = bareHost(url);
  if (ipaddr.isValid(host)) return true;
  return new Promise((settle) =>
    resolve(host, { all: true }, (error, found) =>
      settle(error === null && found.length > 0 && found.every(({ address }) => isPublicAddress(address))),
    ),
  );
}

/** A name may resolve to another address later: for sockets, which fail when it is not a public one. */
export const lookupOutside: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, []);
    const outside = found.filter(({ address }) => isPublicAddress(address));
    const [first] = outside;
    if (first === undefined) return callback(new Error(`${hostname} leads to no public address.`), []);
    if (options.all === true) return callback(null, outside);
    return callback(null, first.address, first.family);
  });
};
