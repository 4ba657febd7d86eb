/** Owns where the door may lead: a name is resolved once, each of its addresses is judged, and one of those is dialled. */
import { promises as dns, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { isWindlassError } from "../errors.ts";
import { httpErrors } from "./errors.ts";
import { isLoopback } from "./loopback.ts";
import { isMetadata, type Ranges, rangesOf, specialRange } from "./special-addresses.ts";

/** Every address of a name, as the machine's resolver has them. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

export interface ReachRules {
  /** Ranges beside the internet at large that may be called, such as `10.0.0.0/8`, or single addresses. */
  readonly allow?: readonly string[] | undefined;
  /** Whether an address of the configuration that names this machine (`localhost`, 127.0.0.1) may be called. */
  readonly isOwnMachineOpen?: boolean | undefined;
  /** Default: the machine's resolver. */
  readonly resolve?: Resolve | undefined;
}

/** Whom a host is judged for: the operator, who wrote the address down, or anybody else. */
export interface Asked {
  readonly hostname: string;
  readonly isConfigured: boolean;
}

export interface Reach {
  /** Judges what can be judged without asking a resolver. Throws `http.address_refused`. */
  judgeName(asked: Asked): void;
  /** Where the host is. Throws `http.address_refused` as soon as one of its addresses is refused, and what the resolver throws. */
  addresses(asked: Asked): Promise<readonly LookupAddress[]>;
  /** The same for a socket. */
  lookup(isConfigured: boolean): LookupFunction;
}

export function createReach(rules: ReachRules = {}): Reach {
  const { allow = [], resolve = (hostname) => dns.lookup(hostname, { all: true }) } = rules;
  const allowed = {
    ranges: rangesOf(allow),
    addresses: rangesOf(allow.filter((text) => /^[^/]+(\/32|\/128)?$/.test(text))),
  };
  const judge = (asked: Asked, address: string) => {
    const range = specialRange(address);
    if (range === null || isAllowed(allowed, address)) return;
    if (range === "loopback" && rules.isOwnMachineOpen && asked.isConfigured && namesThisMachine(asked))
      return;
    throw refused(asked, address, range);
  };
  const judgeName = (asked: Asked) => {
    const address = standsFor(bare(asked.hostname));
    if (address !== null) judge(asked, address);
  };
  const addresses = async (asked: Asked) => {
    judgeName(asked);
    const host = bare(asked.hostname);
    const family = isIP(host);
    const found = family === 0 ? await resolve(asked.hostname) : [{ address: host, family }];
    if (found.length === 0) throw Object.assign(new Error("the name has no address"), { code: "ENOTFOUND" });
    for (const { address } of found) judge(asked, address);
    return found;
  };
  return {
    judgeName,
    addresses,
    lookup: (isConfigured) => (hostname, options, callback) => {
      addresses({ hostname, isConfigured }).then(
        (found) => give(found, options, callback),
        (error: unknown) => callback(asError(error), []),
      );
    },
  };
}

/** A socket asks for all addresses to try them in turn, or for one, of either family or of one. */
function give(
  found: readonly LookupAddress[],
  { all, family }: Parameters<LookupFunction>[1],
  callback: Parameters<LookupFunction>[2],
): void {
  const wanted = family === "IPv4" ? 4 : family === "IPv6" ? 6 : (family ?? 0);
  const fitting = wanted === 0 ? found : found.filter((each) => each.family === wanted);
  const [first] = fitting;
  if (first === undefined) {
    callback(Object.assign(new Error("the name has no address of this family"), { code: "ENOTFOUND" }), []);
  } else if (all) callback(null, [...fitting]);
  else callback(null, first.address, first.family);
}

function isAllowed(
  { ranges, addresses }: { readonly ranges: Ranges; readonly addresses: Ranges },
  address: string,
): boolean {
  return isMetadata(address) ? addresses.has(address) : ranges.has(address);
}

/** Without the brackets of IPv6, and without the dot at the end that changes nothing of a name. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "").replace(/\.+$/, "");
}

const metadataNames = /^(metadata|instance-data|metadata\.goog|(.+\.)?metadata\.google\.internal)$/;

/** The address a host plainly means, whatever a resolver says of it; null when that has to be asked. */
function standsFor(host: string): string | null {
  if (isIP(host) !== 0) return host;
  if (/^(.+\.)?localhost$/.test(host)) return "127.0.0.1";
  return metadataNames.test(host) ? "169.254.169.254" : null;
}

function namesThisMachine({ hostname }: Asked): boolean {
  return isLoopback(isIP(hostname) === 6 ? `[${hostname}]` : hostname);
}

function refused({ hostname }: Asked, address: string, range: string) {
  const host = bare(hostname);
  const place = host === address ? host : `${host} at ${address}`;
  return httpErrors.fail("http.address_refused", {
    detail: `${place} (${range}); to allow it, network.allow: ["${address}"] or a range that holds it`,
  });
}

function asError(error: unknown): NodeJS.ErrnoException {
  if (isWindlassError(error) || error instanceof Error) return error;
  return new Error("the resolver failed");
}
