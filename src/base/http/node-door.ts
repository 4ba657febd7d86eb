/** Owns the door as a server opens it: undici over a pool of kept-alive connections, without what `fetch` adds. */
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Agent, type Dispatcher, request } from "undici";
import {
  type DoorOptions,
  type DoorRequest,
  type Fetch,
  isRedirect,
  openDoorOver,
  type Send,
} from "./door.ts";

export interface NodeDoor {
  readonly fetch: Fetch;
  /** Ends idle connections and waits for busy ones. */
  close(): Promise<void>;
}

/** Opens the door for a process that lives long. See `openDoor` for what it throws. */
export function openNodeDoor(options: Omit<DoorOptions, "fetch"> = {}): NodeDoor {
  const dispatcher = new Agent({ connect: { timeout: 5_000 }, connections: 16, pipelining: 1 });
  return { fetch: openDoorOver(sendByUndici(dispatcher), options), close: () => dispatcher.close() };
}

/** `fetch` costs two to three times the processor time of a plain request, which an analysis pays thousands of times. */
function sendByUndici(dispatcher: Dispatcher): Send {
  return async (url, { method = "GET", headers, body, signal }) => {
    const answer = await request(url, {
      dispatcher,
      // Any method a caller names; undici's type lists those of the standards.
      method: method as Dispatcher.HttpMethod,
      signal,
      ...sendable(headers, body),
    });
    return {
      status: answer.statusCode,
      statusText: answer.statusText ?? "",
      headers: pairsOf(answer.headers),
      isRedirect: isRedirect(answer.statusCode),
      body: decode(answer.body, answer.headers["content-encoding"]),
      discard: () => answer.body.dump(),
    };
  };
}

/** A form says its type, as `fetch` has it. */
function sendable(headers: DoorRequest["headers"], body: DoorRequest["body"]) {
  const all: Record<string, string> = { "accept-encoding": "gzip" };
  const pairs = headers instanceof Headers ? headers : Object.entries(headers ?? {});
  for (const [name, value] of pairs) all[name.toLowerCase()] = value;
  if (body === undefined || body === null) return { headers: all };
  if (body instanceof URLSearchParams) {
    all["content-type"] ??= "application/x-www-form-urlencoded;charset=UTF-8";
  }
  return { headers: all, body: String(body) };
}

function pairsOf(headers: Dispatcher.ResponseData["headers"]): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((each): [string, string] => [name, each]),
  );
}

/** Chunks of a body are plain buffers, whatever the stream's type says. */
function decode(
  body: Readable,
  encoding: string | string[] | undefined,
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  if (encoding !== "gzip") return body;
  // A failure of either shows where the decoded bytes are read.
  return pipeline(body, createGunzip(), () => {});
}
