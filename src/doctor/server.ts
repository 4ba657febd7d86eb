/** Owns the checks of a Server or old Data Center with OAuth 1.0a: version and application link. */
import { isWindlassError, type WindlassError } from "../base/errors.ts";
import type { ServerInstance } from "../bitbucket/instance.ts";
import { requestToken } from "../bitbucket/oauth1/tokens.ts";
import { type Check, type DoctorParts, type Finding, fine, problem, unknown } from "./finding.ts";
import { atLeast, firstWithOAuth2, meet, tokenPaths } from "./self-hosted.ts";

type Parts = DoctorParts<ServerInstance>;

export async function examineServer(parts: Parts): Promise<readonly Finding[]> {
  const { findings, version } = await meet(parts);
  if (version === null) return findings;
  return [...findings, checkVersion(version), await checkLink(parts), tokenPaths(version)];
}

function checkVersion(version: string): Finding {
  if (!atLeast(version, firstWithOAuth2)) return fine("version", `Bitbucket ${version}.`);
  const sentence = `Bitbucket ${version}; it offers OAuth 2 too, with permissions to tick and no keys to keep (product: data-center).`;
  return fine("version", sentence);
}

/**
 * Asks for a request token, signed as at any connection: nobody has to approve it, and it dies within ten minutes. What is wrong
 * with consumer key, public key, clocks or a proxy's scheme comes out here.
 */
async function checkLink(parts: Parts): Promise<Finding> {
  try {
    const { callbackConfirmed } = await requestToken(parts, { callback: parts.redirectUri });
    const sentence = "Bitbucket knows the consumer key and accepts our signature.";
    if (callbackConfirmed) return fine("application link", sentence);
    return unknown(
      "application link",
      `${sentence} It did not confirm the callback.`,
      `Enter ${parts.redirectUri} as the link's Consumer Callback URL.`,
    );
  } catch (error) {
    if (!isWindlassError(error)) throw error;
    return linkFinding(error);
  }
}

/** What says nothing of the link itself. */
const passing = new Set(["unreachable", "malformed"]);

function linkFinding(error: WindlassError): Finding {
  const isClock = error.code === "bitbucket.oauth1_timestamp_refused";
  const check: Check = isClock ? "clock" : "application link";
  if (passing.has(error.reaction)) return unknown(check, error.message, error.cure);
  return problem(check, error.message, error.cure);
}
