/** Owns the way through an outgoing proxy: which hosts go through it, and the tunnel (RFC 9110 section 9.3.6) to one. */
import { type ClientRequest, request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { isIP, type Socket } from "node:net";
import type { Secret } from "../secret.ts";
import { httpErrors } from "./errors.ts";
import { isRange, rangesOf } from "./special-addresses.ts";

export interface ProxyRules {
  /** `http://` or `https://`, with user and password where the proxy wants them. */
  readonly url: Secret;
  /** Hosts that are asked directly: `example.com` (and below), `.example.com`, `example.com:8443`, `10.0.0.0/8`, `*`. */
  readonly except: readonly string[];
}

/** Whether a host is asked directly although there is a proxy. */
export function isExcepted(except: readonly string[], host: string, port: number): boolean {
  const name = host.replace(/\.$/, "").toLowerCase();
  return except.some((entry) => {
    if (entry === "*") return true;
    if (isRange(entry)) return isIP(name) !== 0 && rangesOf([entry]).has(name);
    const [, wanted = "", ofPort] = /^\*?\.?([^:]*?)\.?(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (wanted === "" || (ofPort !== undefined && Number(ofPort) !== port)) return false;
    return name === wanted || name.endsWith(`.${wanted}`);
  });
}

/** A connection to `target` (host and port) through the proxy. Throws `http.proxy_refused` and what the network throws. */
export function openTunnel(
  { url }: ProxyRules,
  target: string,
  timeoutMilliseconds: number,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const asked = askForTunnel(new URL(url.reveal()), target);
    const timer = setTimeout(() => asked.destroy(new Error("the proxy did not answer")), timeoutMilliseconds);
    asked.once("close", () => clearTimeout(timer));
    asked.once("error", reject);
    asked.once("response", ({ statusCode }) => {
      asked.destroy();
      reject(proxyRefused(target, statusCode));
    });
    asked.once("connect", ({ statusCode }, socket, head) => {
      clearTimeout(timer);
      // Whoever speaks before it was asked is not the host behind the tunnel.
      if (statusCode === 200 && head.length === 0) return resolve(socket);
      socket.destroy();
      reject(proxyRefused(target, statusCode));
    });
    asked.end();
  });
}

function proxyRefused(target: string, status = 0) {
  return httpErrors.fail("http.proxy_refused", { detail: `${target}: ${status}` });
}

function askForTunnel(proxy: URL, target: string): ClientRequest {
  const { protocol, hostname, port, username, password } = proxy;
  const isSecure = protocol === "https:";
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const ask = isSecure ? secureRequest : plainRequest;
  return ask({
    method: "CONNECT",
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (isSecure ? 443 : 80) : port,
    path: target,
    agent: false,
    headers: {
      host: target,
      ...(username === "" ? {} : { "proxy-authorization": `Basic ${Buffer.from(login).toString("base64")}` }),
    },
    ...(isSecure ? { rejectUnauthorized: true } : {}),
  });
}
