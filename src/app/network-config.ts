/** Owns what a configuration says of the way out: which private ranges may be called, and through which proxy. */
import { z } from "zod";
import { isWindlassError } from "../base/errors.ts";
import type { NetworkRules } from "../base/http/connections.ts";
import { isLoopback } from "../base/http/loopback.ts";
import { createReach } from "../base/http/reach.ts";
import { isRange } from "../base/http/special-addresses.ts";
import { Secret } from "../base/secret.ts";

const range = z
  .string()
  .trim()
  .refine(
    isRange,
    "must be an IP address or a range of them, such as 10.0.0.0/8 (quoted where it holds colons)",
  );

const proxyUrl = z
  .union([z.string(), z.instanceof(Secret)], "must be http://HOST:PORT, as text")
  .transform((url) => (url instanceof Secret ? url : new Secret(url)))
  .refine(
    isProxyUrl,
    "must be http://HOST:PORT or https://HOST:PORT, with USER:PASSWORD@ where the proxy asks",
  );

export const network = z
  .strictObject({
    allow: z
      .array(range)
      .default([])
      .describe(
        "Private ranges that may be called, for everybody and by everybody: what is there is reached with what people type in.",
      ),
    proxy: proxyUrl
      .optional()
      .describe("The outgoing proxy, `http://HOST:PORT`; prints as a secret, since it may hold a password."),
    noProxy: z
      .union([z.string().transform((all) => all.split(/[\s,]+/).filter(Boolean)), z.array(z.string().min(1))])
      .default([])
      .describe("Hosts that are asked directly: a list, or text divided by spaces or commas."),
  })
  .prefault({})
  .describe("The way out: which private ranges may be called, and through which proxy.");

function isProxyUrl(url: Secret): boolean {
  const { protocol, hostname, pathname, search, hash } = URL.parse(url.reveal()) ?? {};
  return /^https?:$/.test(protocol ?? "") && hostname !== "" && `${pathname}${search}${hash}` === "/";
}

interface Networked {
  readonly baseUrl: string;
  readonly network: z.output<typeof network>;
}

/** One sentence for each instance whose address plainly leads where nothing is called. What a name leads to shows when it is asked. */
export function networkNotices(
  config: Networked & { readonly instances: Readonly<Record<string, InstanceAddresses>> },
): readonly string[] {
  const reach = createReach(networkRules(config));
  return Object.entries(config.instances).flatMap(([id, { baseUrl, urls = {} }]) => {
    const addresses = [baseUrl, ...Object.values(urls)].filter((url) => url !== undefined);
    try {
      for (const url of addresses) reach.judgeName({ hostname: new URL(url).hostname, isConfigured: true });
      return [];
    } catch (error) {
      if (!isWindlassError(error)) throw error;
      return [`instances.${id} is not called where it is, at ${error.detail}.`];
    }
  });
}

interface InstanceAddresses {
  readonly baseUrl?: string;
  readonly urls?: Readonly<Record<string, string | undefined>>;
}

/** What the door is told. This machine's own addresses are open to the configuration where everything is on one machine. */
export function networkRules(config: Networked): NetworkRules {
  const { allow, proxy, noProxy } = config.network;
  return {
    allow,
    isOwnMachineOpen: isLoopback(new URL(config.baseUrl).hostname),
    proxy: proxy === undefined ? null : { url: proxy, except: noProxy },
  };
}
