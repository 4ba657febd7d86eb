/** Owns what a fault answers: bodies of the kinds Bitbucket's edge and its API have been seen with. */
import type { ArmedFault } from "./faults.ts";

const rateLimitSentence = "Rate limit for this resource has been exceeded";

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
  const limited = fault.kind === "rate-limit";
  const status = fault.status ?? (limited ? 429 : 500);
  const { type, body } = limited || fault.kind === "status" ? envelope(fault, status) : page(fault, status);
  const headers = new Headers({ "Content-Type": type });
  // Off by default: nobody has captured one from Bitbucket Cloud.
  if (fault.retryAfterSeconds !== undefined) headers.set("Retry-After", String(fault.retryAfterSeconds));
  return new Response(body, { status, headers });
}

function envelope(fault: ArmedFault, status: number): { readonly type: string; readonly body: string } {
  const message = status === 429 ? rateLimitSentence : (titles[status] ?? "Something went wrong");
  return {
    type: "application/json",
    body: fault.body ?? JSON.stringify({ type: "error", error: { message } }),
  };
}

function page(fault: ArmedFault, status: number): { readonly type: string; readonly body: string } {
  const title = titles[status] ?? "Error";
  if (fault.kind === "text")
    return { type: "text/plain", body: fault.body ?? (status === 429 ? rateLimitSentence : title) };
  const body = `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
  return { type: "text/html; charset=utf-8", body: fault.body ?? body };
}
