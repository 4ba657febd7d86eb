/** Owns an app that talks OAuth 2 with a Data Center by hand, and the person who consents. */
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { personAtDataCenter } from "./dc-person.ts";

export type Parameters = Readonly<Record<string, string>>;

export interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface TokenBody {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly scope: string;
  readonly error?: string;
}

export const callback = "http://localhost:8000/dc/callback";
/** A link of its own, by control. */
export async function addClient(
  to: Emulator,
  given: Readonly<Record<string, unknown>> = {},
): Promise<Client> {
  const body = { name: "Mine <b>", redirectUrl: callback, scopes: ["REPO_WRITE"], ...given };
  const answer = await fetch(`${to.urls.control}/data-center/clients`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  return (await answer.json()) as Client; // what the control call documents
}

/** An app and its people at one Data Center. */
export function talkTo(to: Emulator, client: Client) {
  const base = to.dataCenter?.url ?? "";
  const credentials = { client_id: client.clientId, client_secret: client.clientSecret };
  const query = (more: Parameters = {}) =>
    new URLSearchParams({
      client_id: client.clientId,
      redirect_uri: callback,
      response_type: "code",
      scope: "REPO_READ",
      state: "st",
      ...more,
    });
  const post = (path: string, form: Parameters, headers: Record<string, string> = {}) =>
    fetch(`${base}/rest/oauth2/latest/${path}`, { method: "POST", headers, body: new URLSearchParams(form) });
  const authorize = (more: Parameters = {}) =>
    fetch(`${base}/rest/oauth2/latest/authorize?${query(more)}`, { redirect: "manual" });
  const consent = async (more: Parameters = {}, button = "approve") => {
    const person = personAtDataCenter(base);
    await person.logIn("John Doe");
    const path = person.leadsTo(await person.visit(`/rest/oauth2/1.0/authorize?${query(more)}`));
    const page = await (await person.visit(path)).text();
    const answer = await person.fillIn(path, [[button, "x"]]);
    return { page, answer, location: answer.headers.get("location") ?? "" };
  };
  const code = async (more: Parameters = {}) =>
    new URL((await consent(more)).location).searchParams.get("code") ?? "";
  const exchange = (given: string, more: Parameters = {}) =>
    post("token", {
      ...{ grant_type: "authorization_code", code: given, redirect_uri: callback, ...credentials },
      ...more,
    });
  const tokens = async (more: Parameters = {}) =>
    (await exchange(await code(more))).json() as Promise<TokenBody>; // RFC 6749 section 5.1
  const refresh = (token: string) =>
    post("token", { grant_type: "refresh_token", refresh_token: token, ...credentials });
  const call = (token: string, path = "/rest/api/latest/projects") =>
    fetch(`${base}${path}`, { headers: { authorization: `Bearer ${token}` }, redirect: "manual" });
  return { base, client, credentials, post, authorize, consent, code, exchange, tokens, refresh, call };
}

/** Status and `error` of the token endpoint. */
export async function error(answer: Response | Promise<Response>) {
  const { status } = await answer;
  return [status, ((await (await answer).json()) as TokenBody).error] as const; // the token endpoint's JSON
}

/** An emulator of its own, with some rules changed. */
export async function switched(dataCenterRules: EmulatorOptions["dataCenterRules"]) {
  const other = await createEmulator({ dataCenterRules });
  return { ...talkTo(other, await addClient(other)), close: () => other.close() };
}
