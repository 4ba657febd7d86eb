/** Owns what can be asked of any self-hosted Bitbucket without a login: whether it is one, which version, what it offers. */
import type { Answer } from "../base/http/door.ts";
import type { DataCenterInstance, ServerInstance } from "../bitbucket/instance.ts";
import { asText, parseJson, property } from "../bitbucket/json.ts";
import { type DoctorParts, type Finding, fine, problem } from "./finding.ts";
import { ask, reach } from "./network.ts";

type Parts = DoctorParts<DataCenterInstance | ServerInstance>;

/** A self-hosted Bitbucket that answered, or what stands in the way. */
export interface Met {
  readonly findings: readonly Finding[];
  /** Null when there is no Bitbucket there, which the findings say. */
  readonly version: string | null;
}

const propertiesPath = "/rest/api/latest/application-properties";

/** Reaches it and reads its version. @see GET /application-properties, which everybody may read */
export async function meet(parts: Parts): Promise<Met> {
  const { baseUrl } = parts.instance;
  const { findings, answer } = await reach(parts, [baseUrl + propertiesPath]);
  if (answer === null) return { findings, version: null };
  const version = await readVersion(answer);
  if (version !== null) return { findings, version };
  return { findings: [...findings, await otherAddress(parts, answer)], version: null };
}

async function readVersion(answer: Answer): Promise<string | null> {
  if (answer.status !== 200) return null;
  const version = asText(property(parseJson(await answer.text()), "version"));
  return version !== null && /^\d+(\.\d+)+/.test(version) ? version : null;
}

/** Something answers that is no Bitbucket: most often the context path is missing, or http was asked where https is. */
async function otherAddress(parts: Parts, answer: Answer): Promise<Finding> {
  const { baseUrl } = parts.instance;
  const check = "base URL";
  const location = answer.headers.get("location");
  const to = location === null ? null : URL.parse(location, baseUrl);
  const seen = to === null ? `status ${answer.status}` : `a redirect to ${to.origin}${to.pathname}`;
  const sentence = `At ${baseUrl} something answers, but not Bitbucket's REST API (${seen}).`;
  const better = await rightBaseUrl(parts, to);
  if (better === null) {
    const cure =
      "Set baseUrl to the address people open in a browser, with its context path, such as https://example.com/bitbucket.";
    return problem(check, sentence, cure);
  }
  return problem(check, sentence, `Set baseUrl to ${better}: Bitbucket answers there.`);
}

/** Context paths Bitbucket is commonly installed under; the last is its name of old. */
const usualPaths = ["/bitbucket", "/git", "/stash"];

async function rightBaseUrl(parts: Parts, to: URL | null): Promise<string | null> {
  const { origin } = new URL(parts.instance.baseUrl);
  // Nobody is asked but the server that was configured, and the same over https.
  const secure = to?.protocol === "https:" && to.hostname === new URL(origin).hostname ? [to.origin] : [];
  const candidates = [origin, ...secure].flatMap((at) => ["", ...usualPaths].map((path) => at + path));
  for (const candidate of candidates) {
    if (candidate === parts.instance.baseUrl) continue;
    const answer = await ask(parts, candidate + propertiesPath).catch(() => null);
    if (answer !== null && (await readVersion(answer)) !== null) return candidate;
  }
  return null;
}

/** Whether `version` is `wanted` or newer, compared number by number. */
export function atLeast(version: string, wanted: string): boolean {
  const [have = [], want = []] = [version, wanted].map((text) =>
    text.split(".").map((part) => parseInt(part, 10)),
  );
  for (const [at, number] of want.entries()) {
    const own = have[at] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}

/** The OAuth 2 provider came with 7.20. */
export const firstWithOAuth2 = "7.20";

/** Whether the plugin for OAuth 2 is there: its resource answers 401 to nobody in particular, and 404 where it is missing. */
export async function offersOAuth2(parts: Parts): Promise<boolean | null> {
  const { status } = await ask(parts, `${parts.instance.baseUrl}/rest/oauth2/1.0/client`);
  if (status === 401 || status === 200 || status === 403) return true;
  return status === 404 ? false : null;
}

/** Whether application links of OAuth 1.0a are answered: an unsigned request is refused in their own words. */
export async function offersOAuth1(parts: Parts): Promise<boolean | null> {
  const url = `${parts.instance.baseUrl}/plugins/servlet/oauth/request-token`;
  const answer = await ask(parts, url, { method: "POST" });
  const words = `${answer.headers.get("www-authenticate") ?? ""} ${await answer.text()}`;
  if (/oauth_problem/.test(words)) return true;
  return answer.status === 404 ? false : null;
}

/** @see Atlassian KB, "Access tokens no longer work as expected after upgrading" */
export function tokenPaths(version: string): Finding {
  const check = "HTTP access tokens";
  if (!atLeast(version, "5.5")) {
    return problem(
      check,
      `Bitbucket ${version} knows none yet: they came with 5.5.`,
      "Use an application link.",
    );
  }
  const line = version.split(".").slice(0, 2).join(".");
  const since = { "8.9": "8.9.22", "8.19": "8.19.12" }[line] ?? "9.3.2";
  if (!atLeast(version, since)) return fine(check, `Bitbucket ${version} takes them at every path.`);
  return fine(check, `Bitbucket ${version} takes them below /rest and /scm only, where Windlass uses them.`);
}
