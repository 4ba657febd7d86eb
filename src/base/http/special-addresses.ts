/** Owns which IP addresses lead somewhere else than to the internet at large, and by which name each such range goes. */
import { BlockList, isIP, isIPv4 } from "node:net";

/**
 * What is not routed on the internet, or leads from there into a network of its own.
 * @see IANA IPv4 and IPv6 Special-Purpose Address Registries
 */
const special = {
  "cloud metadata": ["169.254.169.254/32", "169.254.170.2/32", "169.254.170.23/32", "100.100.100.200/32"],
  "cloud platform": ["168.63.129.16/32", "192.0.0.192/32"],
  "this network": ["0.0.0.0/8"],
  loopback: ["127.0.0.0/8"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
  "shared (CGNAT)": ["100.64.0.0/10"],
  "link-local": ["169.254.0.0/16"],
  "protocol assignments": ["192.0.0.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24"],
  "6to4 relay": ["192.88.99.0/24"],
  documentation: ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"],
  benchmarking: ["198.18.0.0/15"],
  multicast: ["224.0.0.0/4"],
  reserved: ["240.0.0.0/4"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

const special6 = {
  "cloud metadata": ["fd00:ec2::254/128", "fd00:ec2::23/128", "fd20:ce::254/128"],
  unspecified: ["::/128"],
  loopback: ["::1/128"],
  private: ["fc00::/7"],
  "link-local": ["fe80::/10"],
  "site-local": ["fec0::/10"],
  multicast: ["ff00::/8"],
  documentation: ["2001:db8::/32", "3fff::/20"],
  "6to4": ["2002::/16"],
  "protocol assignments": ["2001::/23", "2620:4f:8000::/48"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The well-known prefixes under which an address of IPv4 is written as one of IPv6 (RFC 4291 section 2.5.5.2, RFC 6052). */
const carriers = ["::ffff:", "64:ff9b::"];

/** All that is routed of IPv6. */
const routed6 = "2000::/3";

/** A list of ranges, asked by address. */
export interface Ranges {
  has(address: string): boolean;
}

/** Whether a text is one IP address, or a range of them such as `10.0.0.0/8`. */
export function isRange(text: string): boolean {
  const [network = "", bits, ...more] = text.split("/");
  const family = isIP(network);
  if (family === 0 || network.includes("%") || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** The ranges as a list. An IPv4 range holds its addresses' forms in IPv6 too. */
export function rangesOf(texts: readonly string[]): Ranges {
  const list = new BlockList();
  for (const text of texts) {
    const [network = "", bits] = text.split("/");
    if (!isIPv4(network)) {
      list.addSubnet(network, Number(bits ?? 128), "ipv6");
      continue;
    }
    list.addSubnet(network, Number(bits ?? 32), "ipv4");
    for (const carrier of carriers) list.addSubnet(carrier + network, 96 + Number(bits ?? 32), "ipv6");
  }
  return { has: (address) => isIP(address) !== 0 && list.check(address, family(address)) };
}

function family(address: string): "ipv4" | "ipv6" {
  return isIPv4(address) ? "ipv4" : "ipv6";
}

/** Made when first asked: Node compiles its pattern of IPv6 for it, which no start should wait for. */
const named = once(() => [
  ...[...Object.entries(special), ...Object.entries(special6)].map(([name, texts]) => ({
    name,
    ranges: rangesOf(texts),
  })),
]);

const ordinary6 = once(() => rangesOf([routed6, ...carriers.map((carrier) => `${carrier}0.0.0.0/96`)]));

function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}

/** The name of the range that keeps an address from being one of the internet at large; null for those that are. */
export function specialRange(address: string): string | null {
  if (isIP(address) === 0) return "no address";
  const found = named().find(({ ranges }) => ranges.has(address));
  if (found !== undefined) return found.name;
  return isIPv4(address) || ordinary6().has(address) ? null : "not routed";
}

/** Addresses that hand their secrets to whoever asks: a wider range never opens them, only they themselves. */
export function isMetadata(address: string): boolean {
  return specialRange(address) === "cloud metadata";
}
