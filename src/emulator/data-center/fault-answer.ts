/** Owns what a fault answers at a Data Center: its errors body, or a proxy's page. */
import type { ArmedFault } from "../core/faults.ts";
import { dcError, htmlPage, plainText } from "./answers.ts";

const titles: Readonly<Record<number, string>> = {
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** The answer, or null when the connection is to be cut. */
export function dcFaultAnswer(fault: ArmedFault): Response | null {
  if (fault.kind === "cut") return null;
  const status = fault.status ?? (fault.kind === "rate-limit" ? 429 : 500);
  const answer = answerOf(fault, status);
  if (fault.retryAfterSeconds !== undefined)
    answer.headers.set("Retry-After", String(fault.retryAfterSeconds));
  return answer;
}

function answerOf({ kind, body }: ArmedFault, status: number): Response {
  const title = titles[status] ?? "Error";
  const plain =
    kind === "text"
      ? plainText(title, status)
      : kind === "html"
        ? htmlPage(status, title, title)
        : inEnvelope(status, title);
  return body === undefined ? plain : new Response(body, { status, headers: plain.headers });
}

/** @see "Improving instance stability with rate limiting", Bitbucket Data Center documentation */
function inEnvelope(status: number, title: string): Response {
  return status === 429
    ? dcError(429, "ratelimit.RateLimitExceededException", "Rate limit exceeded")
    : dcError(status, "ServerException", title);
}
