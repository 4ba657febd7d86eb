/** Owns which hosts can only be this machine, where http is as good as https. Neutral: no `node:` here. */

const loopbackHost = /^(localhost|([a-z0-9-]+\.)+localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/**
 * Whether `hostname`, as `URL` spells it, stays on this machine.
 * @see RFC 6761 section 6.3 for `localhost`; W3C "Secure Contexts" section 3.1
 */
export function isLoopback(hostname: string): boolean {
  return loopbackHost.test(hostname);
}
