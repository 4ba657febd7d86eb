/** Owns the way of a request through an origin: faults, the site, the list of requests, the recording, and who looks on. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Clock } from "../base/clock.ts";
import { showAnswer } from "./core/answered.ts";
import type { EmulatorBindings } from "./core/bindings.ts";
import {
  changedAnswer,
  changesAnswer,
  circle,
  isBodiless,
  keptBytes,
  longAnswer,
  streams,
} from "./core/broken-answers.ts";
import type { ArmedFault, Faults, Struck } from "./core/faults.ts";
import {
  harmlessQuery,
  type Journal,
  type JournalEntry,
  type JournalOrigin,
  type RequestNote,
} from "./core/journal.ts";
import { knownText } from "./core/known-text.ts";
import type { Recorder } from "./record/recorder.ts";

/** What answers the requests of one origin. */
export interface Site {
  fetch(request: Request, env: EmulatorBindings): Response | Promise<Response>;
}

/** What one port serves, and what it shares with the others. */
export interface Served {
  readonly origin: JournalOrigin;
  readonly site: Site;
  /** What a fault answers there; null: the connection is to be cut. */
  readonly faultAnswer: (fault: ArmedFault) => Response | null;
  readonly shared: {
    readonly clock: Clock;
    readonly journal: Journal;
    readonly faults: Faults;
    /** Null: nothing is recorded. */
    readonly recorder: Recorder | null;
  };
}

/** The HTTP/1 message a request came as, and where its answer goes. */
export interface Wire {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** Answers a request that came to a port; `closing` is aborted when the port is closed. */
export async function answerRequest(
  here: Served & { readonly closing: AbortSignal },
  request: Request,
  wire: Wire,
): Promise<Response> {
  const { origin, site, shared } = here;
  const { path, query } = placeOf(wire.incoming.url ?? "/", request);
  const note: RequestNote = { client: null, grant: null, person: null };
  // Control and its assets are no part of Bitbucket: neither faults nor the journal touch them.
  if (origin === "web" && /^\/_emulator(\/|$)/.test(path)) return site.fetch(request, { note });
  const [at, began] = [shared.clock.now(), performance.now()];
  const struck = shared.faults.strike({ method: request.method, path, origin });
  const recording = shared.recorder?.begin(request) ?? null;
  const response =
    struck === null ? await site.fetch(request, { note }) : await fail(here, request, { note, struck });
  const entry: JournalEntry = {
    at: at.toISOString(),
    origin,
    method: request.method,
    path,
    query: query === "" ? "" : harmlessQuery(new URLSearchParams(query)),
    ...note,
    status: response?.status ?? 0,
    milliseconds: Math.round((performance.now() - began) * 10) / 10,
    fault: (struck?.fault ?? struck?.delays[0])?.id ?? null,
  };
  shared.journal.add(entry);
  recording?.end(entry, response);
  return send(here, { request, response, fault: struck?.fault ?? null, wire });
}

/** As `new URL` reads it, without making one where nothing needs reading. */
function placeOf(target: string, request: Request): { readonly path: string; readonly query: string } {
  const plain =
    /^((?:\/[A-Za-z0-9_~%:@!$&'()*+,;=-][A-Za-z0-9._~%:@!$&'()*+,;=-]*)+\/?)(?:\?([!-"$-~]*))?$/.exec(target);
  if (plain !== null) return { path: plain[1] ?? "/", query: plain[2] ?? "" };
  const { pathname, search } = new URL(request.url);
  return { path: pathname, query: search.slice(1) };
}

interface Failing {
  readonly note: RequestNote;
  readonly struck: Struck;
}

/** The answer of a request that is hit by faults; null: the connection is to be cut. */
async function fail(
  here: Parameters<typeof answerRequest>[0],
  request: Request,
  { note, struck: { delays, fault } }: Failing,
): Promise<Response | null> {
  const { site, shared, closing } = here;
  const { clock } = shared;
  const gone = AbortSignal.any([closing, request.signal]);
  const work = async () => site.fetch(request, { note });
  const worksFirst = [fault, ...delays].some((each) => each?.afterWork === true);
  const worked = worksFirst ? await work() : null;
  for (const each of [...delays, ...(fault === null || fault.kind === "trickle" ? [] : [fault])])
    if (each.delayMilliseconds !== undefined)
      await clock.sleep(each.delayMilliseconds, gone).catch(() => undefined);
  if (fault === null) return worked ?? work();
  if (changesAnswer(fault)) return changedAnswer(worked ?? (await work()), fault, { clock, gone });
  const { status } = fault;
  if (status === undefined || !isBodiless(status)) return madeUp(here, request, fault);
  const { headers } = madeUp(here, request, { ...fault, status: undefined }) ?? {};
  return headers === undefined ? null : new Response(null, { status, headers });
}

function madeUp({ faultAnswer }: Served, request: Request, fault: ArmedFault): Response | null {
  if (fault.kind === "huge" || fault.kind === "endless") return longAnswer(fault);
  if (fault.kind === "redirect") return circle(request, fault);
  const answer = faultAnswer(fault);
  if (fault.contentType !== undefined) answer?.headers.set("Content-Type", fault.contentType);
  return answer;
}

interface Sending {
  readonly request: Request;
  readonly response: Response | null;
  readonly fault: ArmedFault | null;
  readonly wire: Wire;
}

async function send({ origin }: Served, { request, response, fault, wire }: Sending): Promise<Response> {
  if (response === null) {
    wire.incoming.socket.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  if (fault?.kind === "cut-body") return cutBody(response, fault, wire);
  if (fault === null || !streams(fault))
    await showAnswer({ origin, request, response, isFault: fault !== null });
  const text = request.method === "HEAD" ? undefined : knownText(response);
  return text === undefined ? response : sendText(response, text, wire);
}

/** In one piece, head and body: what every test asks for most. */
function sendText(response: Response, text: string, { outgoing }: Wire): Response {
  const headers: string[] = [];
  // One entry a line, with cookies each in their own.
  for (const [name, value] of response.headers) headers.push(name, value);
  headers.push("content-length", String(Buffer.byteLength(text)));
  outgoing.writeHead(response.status, headers);
  outgoing.end(text);
  return RESPONSE_ALREADY_SENT;
}

/** Announces the whole body, sends a part of it, and cuts. */
async function cutBody(
  response: Response,
  fault: ArmedFault,
  { outgoing, incoming }: Wire,
): Promise<Response> {
  const bytes = await response.bytes();
  const kept = bytes.subarray(0, keptBytes(bytes, fault));
  outgoing.writeHead(response.status, {
    ...Object.fromEntries(response.headers),
    "content-length": String(Math.max(bytes.length, kept.length + 1)),
  });
  // Once it has left: what is destroyed at once never arrives.
  outgoing.write(kept.length === 0 ? " " : kept, () => incoming.socket.destroy());
  return RESPONSE_ALREADY_SENT;
}
