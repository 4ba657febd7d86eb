/** Owns what a fault answers: bodies of the kinds Bitbucket's edge and its API have been seen with. */
import type { ArmedFault } from "../core/faults.ts";
import { apiError, diffTimedOut, json, rateLimited, rateLimitSentence } from "./answers.ts";

const titles: Readonly<Record<number, string>> = {
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** The answer, or null when the connection is to be cut. */
export function faultAnswer(fault: ArmedFault): Response | null {
  if (fault.kind === "cut") return null;
  const status = fault.status ?? (fault.kind === "rate-limit" ? 429 : 500);
  const inEnvelope = fault.kind === "rate-limit" || fault.kind === "status";
  const answer = inEnvelope ? envelope(fault, status) : page(fault, status);
  // Off by default: nobody has captured one from Bitbucket Cloud.
  if (fault.retryAfterSeconds !== undefined)
    answer.headers.set("Retry-After", String(fault.retryAfterSeconds));
  return answer;
}

function envelope({ body }: ArmedFault, status: number): Response {
  if (body !== undefined) return new Response(body, { status, headers: json(null).headers });
  if (status === 429) return rateLimited();
  if (status === 555) return diffTimedOut();
  return apiError(status, { message: titles[status] ?? "Something went wrong" });
}

function page({ kind, body }: ArmedFault, status: number): Response {
  const title = titles[status] ?? "Error";
  const plain = status === 429 ? rateLimitSentence : title;
  const markup = `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
  const [type, text] = kind === "text" ? ["text/plain", plain] : ["text/html; charset=utf-8", markup];
  return new Response(body ?? text, { status, headers: { "Content-Type": type } });
}
