/** Owns sending one request to a receiver: real sockets, a deadline, no redirects, a bounded answer. */
import { type IncomingMessage, request as plainRequest } from "node:http";
import { isPlainlyPrivate, lookupOutside } from "./address.ts";

export interface Posting {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Of the whole exchange, by the machine's own clock: a socket knows no other. */
  readonly timeoutMilliseconds: number;
  readonly verifiesCertificates: boolean;
  /** Whether this machine and private networks may be reached. */
  readonly mayStayInside: boolean;
  readonly closing: AbortSignal;
}

/** What came of it. `milliseconds` is how long it took. */
export type Outcome =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      /** The beginning of it, as text. */
      readonly body: string;
      readonly milliseconds: number;
    }
  | { readonly kind: "timeout" | "network"; readonly message: string; readonly milliseconds: number };

/** More of an answer is not read. */
const mostAnswerBytes = 16 * 1024;

/** Posts a body. Never throws. */
export async function post(posting: Posting): Promise<Outcome> {
  const began = performance.now();
  const milliseconds = () => Math.round(performance.now() - began);
  let deadline: AbortSignal | null = null;
  try {
    deadline = AbortSignal.timeout(posting.timeoutMilliseconds);
    const answer = await send(posting, AbortSignal.any([deadline, posting.closing]));
    return { kind: "answered", ...answer, milliseconds: milliseconds() };
  } catch (error) {
    if (deadline?.aborted === true)
      return {
        kind: "timeout",
        message: `No answer within ${posting.timeoutMilliseconds} ms.`,
        milliseconds: milliseconds(),
      };
    return { kind: "network", message: messageOf(error), milliseconds: milliseconds() };
  }
}

function messageOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException; // sockets reject with errors of Node
  return message === "" ? (code ?? "The connection failed.") : message;
}

async function send(posting: Posting, signal: AbortSignal) {
  const url = new URL(posting.url);
  if (!posting.mayStayInside && isPlainlyPrivate(url)) throw new Error(`${url.host} is no public address.`);
  // TLS costs the start of every emulator a few milliseconds, and few ever post to an https receiver.
  const start = url.protocol === "https:" ? (await import("node:https")).request : plainRequest;
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof readAnswer>>>();
  const request = start(url, {
    method: "POST",
    agent: false,
    headers: { ...posting.headers, "Content-Length": String(posting.body.length) },
    signal,
    rejectUnauthorized: posting.verifiesCertificates,
    ...(posting.mayStayInside ? {} : { lookup: lookupOutside }),
  });
  request.on("error", reject);
  request.on("response", (message) => readAnswer(message).then(resolve, reject));
  request.end(posting.body);
  return promise;
}

async function readAnswer(message: IncomingMessage) {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of message) {
    pieces.push(piece);
    length += piece.length;
    if (length >= mostAnswerBytes) break;
  }
  const headers = Object.entries(message.headers).map(([name, value]) => [name, [value].flat().join(", ")]);
  return {
    status: message.statusCode ?? 0,
    headers: Object.fromEntries(headers) as Record<string, string>, // pairs of texts, which fromEntries widens
    body: Buffer.concat(pieces).subarray(0, mostAnswerBytes).toString("utf8"),
  };
}
