/** Owns recorded answers: a hand-fed `fetch` that gives what Bitbucket was seen to answer, and keeps what it was asked. */
import { isWindlassError, type WindlassError } from "../../src/base/errors.ts";
import type { DoorRequest, Fetch } from "../../src/base/http/door.ts";

export interface RecordedAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** Text as it is, anything else as JSON. */
  readonly body?: unknown;
}

export interface RecordedRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
}

/** Gives the answers one after the other, the last one for ever; or, from a table, by the path of the request. */
export function recorded(answers: readonly RecordedAnswer[] | Readonly<Record<string, RecordedAnswer>>): {
  readonly fetch: Fetch;
  readonly requests: readonly RecordedRequest[];
} {
  const requests: RecordedRequest[] = [];
  const pick = (url: string): RecordedAnswer | undefined => {
    if (!Array.isArray(answers)) return (answers as Record<string, RecordedAnswer>)[new URL(url).pathname];
    return answers[Math.min(requests.length, answers.length) - 1];
  };
  const fetch = async (url: string, init: DoorRequest = {}) => {
    const { method = "GET", headers, body } = init;
    requests.push({ url, method, headers: new Headers(headers), body: String(body ?? "") });
    const answer = pick(url);
    if (answer === undefined) throw new Error(`nothing was recorded for ${url}`);
    return respond(answer);
  };
  return { fetch, requests };
}

function respond({ status = 200, headers = {}, body }: RecordedAnswer): Response {
  const isText = typeof body === "string";
  const type = isText ? "text/html; charset=utf-8" : "application/json; charset=utf-8";
  const content = isText ? body : JSON.stringify(body);
  return new Response(content ?? null, { status, headers: { "content-type": type, ...headers } });
}

/** The failure of the catalogue a promise ends with; fails the test when it ends well or with anything else. */
export async function failureOf(promise: Promise<unknown>): Promise<WindlassError> {
  let result: unknown;
  try {
    result = await promise;
  } catch (error) {
    if (isWindlassError(error)) return error;
    throw error;
  }
  throw new Error(`expected a failure, got ${typeof result}`);
}
