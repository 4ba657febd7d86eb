/** Owns the outgoing proxy as the environment names it, for a configuration that names none. */
import { type Config, configInvalid } from "../app/config.ts";
import { network } from "../app/network-config.ts";
import type { ProxyRules } from "../base/http/proxy.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Takes over the environment's proxy, unless the configuration has one of its own.
 * @throws `app.config_invalid` as {@link proxyOf}
 */
export function withProxyVariables(config: Config, environment: Environment): Config {
  const found = config.network.proxy === undefined ? proxyOf(environment) : null;
  if (found === null) return config;
  const { url, except } = found;
  return { ...config, network: { ...config.network, proxy: url, noProxy: [...except] } };
}

/**
 * `HTTPS_PROXY` and `NO_PROXY`, in capitals or not. `HTTP_PROXY` is for http alone, which goes to this machine and through no proxy.
 * @throws `app.config_invalid` where the variable is no address of a proxy.
 */
export function proxyOf(environment: Environment): ProxyRules | null {
  const names = proxyVariables(environment);
  if (names === null) return null;
  const noProxy = names.noProxy === undefined ? [] : environment[names.noProxy];
  const found = network.safeParse({ proxy: environment[names.proxy], noProxy });
  if (found.success && found.data.proxy !== undefined)
    return { url: found.data.proxy, except: found.data.noProxy };
  const message = found.error?.issues[0]?.message ?? "is no proxy";
  throw configInvalid([{ path: "HTTPS_PROXY", problem: message }]);
}

/** What the variables that are set are called: small letters go first. Null without a proxy. */
export function proxyVariables(
  environment: Environment,
): { proxy: string; noProxy: string | undefined } | null {
  const find = (name: string) => [name.toLowerCase(), name].find((each) => environment[each]);
  const proxy = find("HTTPS_PROXY");
  return proxy === undefined ? null : { proxy, noProxy: find("NO_PROXY") };
}
