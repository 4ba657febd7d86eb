/** Owns which addresses the outside world can be reached at: not this machine, nor what is behind a router. */
import { lookup as resolve } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/**
 * What is not routed on the internet.
 * @see IANA IPv4 and IPv6 Special-Purpose Address Registries
 */
const insideRanges = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
  ...["192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"],
  ...["203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"],
];

/** Made when first asked: Node compiles its pattern of IPv6 for it, which no start should wait for. */
const lists = once(() => {
  const [inside, routed, documentation] = [new BlockList(), new BlockList(), new BlockList()];
  for (const range of insideRanges) {
    const [network = "", bits] = range.split("/");
    inside.addSubnet(network, Number(bits), "ipv4");
  }
  // All that is routed of IPv6; a mapped address of IPv4 is not among it.
  routed.addSubnet("2000::", 3, "ipv6");
  documentation.addSubnet("2001:db8::", 32, "ipv6");
  return { inside, routed, documentation };
});

function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}

/** Whether an IP address is one that is routed on the internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  const { inside, routed, documentation } = lists();
  if (family === 4) return !inside.check(address);
  return family === 6 && routed.check(address, "ipv6") && !documentation.check(address, "ipv6");
}

/** The host of a URL without the brackets of IPv6. */
function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** Whether the host of a URL is an IP address that is not public, or a name that never leads out of a network. */
export function isPlainlyPrivate(url: URL): boolean {
  const host = bareHost(url).replace(/\.$/, "");
  if (isIP(host) !== 0) return !isPublicAddress(host);
  return !host.includes(".") || /\.(localhost|local|internal|intranet|lan|home\.arpa)$/i.test(host);
}

/** Whether the host of a URL resolves, and only to public addresses. Asks the machine's resolver for names. */
export async function leadsOutside(url: URL): Promise<boolean> {
  if (isPlainlyPrivate(url)) return false;
  const host = bareHost(url);
  if (isIP(host) !== 0) return true;
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
