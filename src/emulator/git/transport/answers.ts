/** Owns the answers of git over HTTP that are the same for every product. */
import { flush, onBand, type PushHead, packet } from "./packets.ts";
import type { Service } from "./request.ts";

/** No cache may keep what git says. */
const uncached = {
  Expires: "Fri, 01 Jan 1980 00:00:00 GMT",
  Pragma: "no-cache",
  "Cache-Control": "no-cache, max-age=0, must-revalidate",
} as const;

export function gitAnswer(
  body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>,
  service: Service,
  kind: "advertisement" | "result",
): Response {
  return new Response(body, { headers: { ...uncached, "Content-Type": `application/x-${service}-${kind}` } });
}

/** What git prints behind `remote:`, if its status is a refusal. */
export function textRefusal(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(text, { status, headers: { "Content-Type": "text/plain; charset=utf-8", ...headers } });
}

/** The protocol without git on the server, which no Bitbucket speaks. */
export function dumbRefused(): Response {
  return textRefusal(403, "Only the smart HTTP protocol is served here. Please use a newer git.");
}

export function wrongContent(): Response {
  return textRefusal(415, "Unsupported Media Type");
}

/** git itself failed. */
export function gitFailed(): Response {
  return textRefusal(500, "Internal Server Error");
}

/**
 * A refusal in git's own words, status 200: git prints `fatal: remote error:` before it.
 * @see gitprotocol-pack(5), "pkt-line Format", error-line
 */
export function remoteError(service: Service, text: string): Response {
  const lines = [packet(`# service=${service}\n`), Buffer.from(flush), packet(`ERR ${text}`)];
  return gitAnswer(Buffer.concat(lines), service, "advertisement");
}

/**
 * The whole push is declined, as by a hook that runs before anything is taken in.
 * @see gitprotocol-pack(5), "Report Status"
 */
export function pushDeclined({ commands, capabilities }: PushHead, said: readonly string[]): Response {
  const report = Buffer.concat([
    packet("unpack ok\n"),
    ...commands.map(({ ref }) => packet(`ng ${ref} pre-receive hook declined\n`)),
    Buffer.from(flush),
  ]);
  const wantsReport = capabilities.some((each) => /^report-status(-v2)?$/.test(each));
  const hasBands = capabilities.includes("side-band-64k");
  const told = hasBands ? onBand(2, said.map((line) => `${line}\n`).join("")) : Buffer.alloc(0);
  const reported = !wantsReport ? Buffer.alloc(0) : hasBands ? onBand(1, report) : report;
  const end = hasBands ? Buffer.from(flush) : Buffer.alloc(0);
  return gitAnswer(Buffer.concat([told, reported, end]), "git-receive-pack", "result");
}
