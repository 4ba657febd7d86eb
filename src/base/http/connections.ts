/** Owns the door's connections: each is judged before it is dialled, and only like-minded requests share one. */
import { isIP } from "node:net";
import { createSecureContext, getCACertificates } from "node:tls";
import { Agent, buildConnector, type Dispatcher } from "undici";
import { isLoopback } from "./loopback.ts";
import { isExcepted, openTunnel, type ProxyRules } from "./proxy.ts";
import { createReach, type Reach, type ReachRules } from "./reach.ts";

export interface NetworkRules extends ReachRules {
  readonly proxy?: ProxyRules | null | undefined;
}

/** What decides over a connection, beside the host. */
interface Kind {
  readonly ca: string | null;
  readonly isConfigured: boolean;
}

export interface Connections {
  for(kind: Kind): Dispatcher;
  /** Ends idle connections and waits for busy ones. */
  close(): Promise<void>;
}

/** Certificates can be typed in by people: those longest out of use lose their connections. */
const mostSpecialPools = 50;

/** From the first question to the resolver to the end of the TLS handshake. */
const connectMilliseconds = 5_000;

/** Connections that trust different certificates, or were judged for different people, are never shared. */
export function openConnections(rules: NetworkRules): Connections {
  const reach = createReach(rules);
  const open = (kind: Kind) =>
    new Agent({
      connect: connectorFor(kind, { reach, proxy: rules.proxy ?? null }),
      connections: 16,
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: mostHeaderBytes,
    });
  const plain = {
    configured: open({ ca: null, isConfigured: true }),
    others: open({ ca: null, isConfigured: false }),
  };
  const special = new Map<string, Agent>();
  return {
    for(kind) {
      if (kind.ca === null) return kind.isConfigured ? plain.configured : plain.others;
      const key = `${kind.isConfigured} ${kind.ca}`;
      const known = special.get(key) ?? open(kind);
      special.delete(key);
      special.set(key, known);
      const [oldest] = special;
      if (special.size > mostSpecialPools && oldest !== undefined) {
        special.delete(oldest[0]);
        void oldest[1].close();
      }
      return known;
    },
    async close() {
      await Promise.all([...Object.values(plain), ...special.values()].map((pool) => pool.close()));
    },
  };
}

/** Bitbucket's have some 3,000. */
const mostHeaderBytes = 16_384;

interface Ways {
  readonly reach: Reach;
  readonly proxy: ProxyRules | null;
}

/** Opens one connection, for the first request as for each that finds the last one closed. */
function connectorFor(kind: Kind, { reach, proxy }: Ways): buildConnector.connector {
  const { isConfigured } = kind;
  const dial = connectorOver(kind, reach);
  return (target, callback) => {
    const { hostname } = target;
    const port = Number(target.port) || (target.protocol === "https:" ? 443 : 80);
    const isDirect = proxy === null || isAskedDirectly(proxy, hostname, port);
    const open = async () => {
      reach.judgeName({ hostname, isConfigured });
      if (isDirect) return target;
      const host = await tunnelHost(reach, { hostname, isConfigured });
      return { ...target, httpSocket: await openTunnel(proxy, `${host}:${port}`, connectMilliseconds) };
    };
    open().then(
      (ready) => dial(ready, callback),
      (error: Error) => callback(error, null),
    );
  };
}

/** Made with the first connection over TLS: trusting certificates takes a while, and typed ones can be none. */
function connectorOver({ ca, isConfigured }: Kind, reach: Reach): buildConnector.connector {
  const common = { timeout: connectMilliseconds, allowH2: false, lookup: reach.lookup(isConfigured) };
  const plain = buildConnector(common);
  let secure: buildConnector.connector | undefined;
  return (target, callback) => {
    if (target.protocol !== "https:") return plain(target, callback);
    try {
      secure ??= buildConnector({ ...common, ...tlsOptions(ca) });
    } catch (error) {
      return callback(error instanceof Error ? error : new Error("no certificates"), null);
    }
    secure(target, callback);
  };
}

/** Said outright, so that no variable and no flag of the process makes it less. */
const strict = { rejectUnauthorized: true } as const;

function tlsOptions(ca: string | null): buildConnector.BuildOptions {
  if (ca === null) return { ...strict, minVersion: "TLSv1.2" };
  const trusted = [...getCACertificates("default"), ca];
  // Once for all connections of the pool: reading a hundred certificates costs more than the handshake.
  return { ...strict, secureContext: createSecureContext({ ca: trusted, minVersion: "TLSv1.2" }) };
}

/** http leads to this machine alone (the door refuses the rest), and no proxy is another way there. */
function isAskedDirectly({ except }: ProxyRules, hostname: string, port: number): boolean {
  return isLoopback(isIP(hostname) === 6 ? `[${hostname}]` : hostname) || isExcepted(except, hostname, port);
}

/**
 * By which host the proxy is told to connect. The operator's own are asked for by name, as proxies want to have it and where only
 * they know names outside; any other by the address that was judged, or the proxy would resolve the name once more.
 */
async function tunnelHost(
  reach: Reach,
  asked: { readonly hostname: string; readonly isConfigured: boolean },
): Promise<string> {
  if (asked.isConfigured && isIP(asked.hostname) === 0) return asked.hostname;
  const [first] = await reach.addresses(asked);
  const address = first?.address ?? asked.hostname;
  return isIP(address) === 6 ? `[${address}]` : address;
}
