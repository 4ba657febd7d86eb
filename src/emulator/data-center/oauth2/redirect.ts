/** Owns redirect URLs: which a link may have, and what is written behind one, with Bitbucket's way of handling `state`. */
import type { DcRules } from "../rules.ts";
import { has } from "../version.ts";

const loopbackHosts = new Set(["127.0.0.1", "localhost", "[::1]"]);
const longest = 450;

/** What is wrong with a redirect URL for a link; null: nothing. */
export function redirectUrlProblem(
  url: string,
  here: { readonly version: string; readonly rules: DcRules },
): string | null {
  const { redirectUrls } = here.rules;
  if (!URL.canParse(url)) return "This is not an absolute URL.";
  if (url.length > longest) return `A redirect URL has at most ${longest} characters.`;
  if (url.includes("#")) return "A redirect URL has no #fragment.";
  const { protocol, hostname } = new URL(url);
  if (protocol === "https:" || redirectUrls === "any") return null;
  const isLoopback = protocol === "http:" && loopbackHosts.has(hostname);
  const takesLoopback =
    redirectUrls === "by version" ? has("loopbackRedirects", here) : redirectUrls === "loopback";
  return isLoopback && takesLoopback ? null : "URL must use https";
}

/** Adds parameters behind a redirect URL; what is there stays as it is. */
export function withParameters(
  url: string,
  parameters: Readonly<Record<string, string>>,
  state: string | null,
): string {
  const added = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  if (state !== null) added.push(`state=${keepingEscapes(state)}`);
  return `${url}${url.includes("?") ? "&" : "?"}${added.join("&")}`;
}

/** Bitbucket takes `%XX` inside the decoded state for encoded already: `a%2Bb` leaves as it is, and the app reads `a+b`. */
function keepingEscapes(state: string): string {
  return state
    .split(/(%[0-9A-Fa-f]{2})/)
    .map((part, position) => (position % 2 === 1 ? part : encodeURIComponent(part)))
    .join("");
}
