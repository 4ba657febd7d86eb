/** Owns the callback rule: the registered URL, or one that extends it (Atlassian, "Use OAuth on Bitbucket Cloud"). */
import type { Rules } from "../../core/rules.ts";

const loopbackHosts = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** What the URL Standard's parser strips: `/.<tab>.` reads as `/..` to a browser, and not to a comparison of text. */
const foldedAway = /[\t\n\r]|^[\0- ]|[\0- ]$/;

/** Whether `asked` is the registered callback URL or extends it at a path boundary, on the same scheme, host and port. */
export function redirectAllowed(registered: string, asked: string, rules: Rules): boolean {
  if (!URL.canParse(registered) || !URL.canParse(asked)) return false;
  if (asked === registered) return true;
  if (foldedAway.test(asked)) return false;
  if (rules.redirectRawPrefix) return asked.startsWith(registered);
  const [base, wanted] = [new URL(registered), new URL(asked)];
  if (!sameSite(base, wanted, rules)) return false;
  if (wanted.hash !== "" || wanted.username !== "" || wanted.password !== "") return false;
  if (wanted.search !== base.search && !rules.redirectQueryMayDiffer) return false;
  return extendsPath(base.pathname, rawPath(asked));
}

function sameSite(base: URL, wanted: URL, rules: Rules): boolean {
  if (base.protocol !== wanted.protocol || base.hostname !== wanted.hostname) return false;
  return base.port === wanted.port || (rules.loopbackAnyPort && loopbackHosts.has(base.hostname));
}

/** The path as it was sent: URL would fold `/callback/../evil` before it could be seen. */
function rawPath(asked: string): string {
  const path = /^[^:]+:(?:\/\/[^/?#]*)?([^?#]*)/.exec(asked)?.[1] ?? "";
  return path === "" ? "/" : path;
}

function extendsPath(base: string, wanted: string): boolean {
  if (/(^|[/\\])(\.|%2e){1,2}([/\\]|$)/i.test(wanted) || wanted.includes("\\")) return false;
  if (wanted === base) return true;
  return wanted.startsWith(base.endsWith("/") ? base : `${base}/`);
}

/**
 * Adds parameters to a callback URL; what is there stays as it is.
 * `state` is the one of {@link rawState}, already encoded; null leaves it out.
 */
export function withParameters(
  url: string,
  parameters: Readonly<Record<string, string>>,
  state: string | null,
): string {
  const added = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  if (state !== null) added.push(`state=${state}`);
  return `${url}${url.includes("?") ? "&" : "?"}${added.join("&")}`;
}

/** The `state` of a query as it was sent, still encoded: decoding would lose bytes that are not UTF-8. */
export function rawState(search: string): string | null {
  return /(?:^\??|&)state=([^&]*)/.exec(search)?.[1] ?? null;
}
