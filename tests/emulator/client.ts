/** Owns a plain client for the emulator's tests: nothing of ours, only fetch, as somebody would write it by hand. */
import type { Emulator, EmulatorConsumer } from "../../src/emulator/emulator.ts";
import { personAt } from "./person.ts";

export type Parameters = Readonly<Record<string, string>>;

export interface TokenBody {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly scope: string;
}

export function firstConsumer(emulator: Emulator): EmulatorConsumer {
  const [consumer] = emulator.consumers;
  if (consumer === undefined) throw new Error("the emulator has no consumer");
  return consumer;
}

export function basic(key: string, secret: string): string {
  return `Basic ${Buffer.from(`${key}:${secret}`).toString("base64")}`;
}

/** GET of the authorize URL, not followed. */
export function authorize(emulator: Emulator, parameters: Parameters): Promise<Response> {
  const query = new URLSearchParams({ response_type: "code", ...parameters });
  return fetch(`${emulator.urls.bitbucket}/site/oauth2/authorize?${query}`, { redirect: "manual" });
}

/** Logs in, reads the consent page and presses one of its buttons. Returns the page's text and where it led. */
export async function consent(
  emulator: Emulator,
  displayName: string,
  parameters: Parameters,
  decision: "grant" | "cancel" = "grant",
): Promise<{ readonly page: string; readonly answer: Response; readonly callback: URL }> {
  const person = personAt(emulator.urls.bitbucket);
  await person.logIn(displayName);
  const path = `/site/oauth2/authorize?${new URLSearchParams({ response_type: "code", ...parameters })}`;
  const page = await (await person.visit(path)).text();
  const answer = await person.fillIn(path, [["decision", decision]]);
  return { page, answer, callback: new URL(answer.headers.get("location") ?? "about:blank") };
}

/** POST to the token endpoint as a form, with Basic unless told otherwise (null: without). */
export function requestToken(
  emulator: Emulator,
  form: Parameters,
  authorization: string | null = basic(firstConsumer(emulator).key, firstConsumer(emulator).secret),
): Promise<Response> {
  return fetch(`${emulator.urls.bitbucket}/site/oauth2/access_token`, {
    method: "POST",
    headers: authorization === null ? {} : { authorization },
    body: new URLSearchParams(form),
  });
}

/** The whole way for a person and the first consumer: consent, code, tokens. */
export async function tokensFor(
  emulator: Emulator,
  displayName = "John Doe",
  parameters: Parameters = {},
): Promise<TokenBody> {
  const consumer = firstConsumer(emulator);
  const { callback } = await consent(emulator, displayName, { client_id: consumer.key, ...parameters });
  const code = callback.searchParams.get("code") ?? "";
  const answer = await requestToken(emulator, { grant_type: "authorization_code", code });
  if (answer.status !== 200) throw new Error(`no tokens: ${await answer.text()}`);
  return (await answer.json()) as TokenBody; // the token tests check each field
}

export function refreshWith(
  emulator: Emulator,
  refreshToken: string,
  more: Parameters = {},
): Promise<Response> {
  return requestToken(emulator, { grant_type: "refresh_token", refresh_token: refreshToken, ...more });
}

/** GET below the API's origin with a Bearer token. */
export function call(emulator: Emulator, path: string, token: string): Promise<Response> {
  return fetch(`${emulator.urls.api}${path}`, {
    headers: { authorization: `Bearer ${token}` },
    redirect: "manual",
  });
}

/** Status and parsed JSON in one, for comparing. */
export async function seen(answer: Response | Promise<Response>): Promise<readonly [number, unknown]> {
  const { status, ...rest } = { status: (await answer).status, body: await (await answer).json() };
  return [status, rest.body];
}
