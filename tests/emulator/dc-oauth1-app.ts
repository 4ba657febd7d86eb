/** Owns an app that talks OAuth 1 with a Data Center by hand, and the person who decides about it. */
import { generateKeyPairSync } from "node:crypto";
import type { Emulator } from "../../src/emulator/emulator.ts";
import { personAtDataCenter } from "./dc-person.ts";
import { type Signing, send } from "./dc-signer.ts";

/** A new key pair in PEM; short, so that it is made quickly. */
export function keyPair() {
  return generateKeyPairSync("rsa", {
    modulusLength: 1024,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}

export const pair = keyPair();
export const callbackUrl = "http://localhost:8000/back?kept=1";

export type Asked = Partial<Signing> & { readonly step?: "request-token" | "access-token" };

export async function form(answer: Response | Promise<Response>): Promise<URLSearchParams> {
  return new URLSearchParams(await (await answer).text());
}

/** Status and `oauth_problem`. */
export async function problem(answer: Response | Promise<Response>) {
  const { status } = await answer;
  return [status, (await form(answer)).get("oauth_problem")] as const;
}

/** The links `app` and `other` with a callback, and `quiet` without, all with the key of {@link pair}. */
export async function linkedApp(emulator: Emulator) {
  const base = emulator.dataCenter?.url ?? "";

  const addConsumer = async (given: Readonly<Record<string, unknown>>): Promise<void> => {
    const answer = await fetch(`${emulator.urls.control}/data-center/consumers`, {
      method: "POST",
      body: JSON.stringify({ name: "Mine <b>", publicKey: pair.publicKey, ...given }),
    });
    if (answer.status !== 201) throw new Error(await answer.text());
  };

  const ask = ({ step = "request-token", ...rest }: Asked = {}): Promise<Response> =>
    send({
      key: "app",
      privateKey: pair.privateKey,
      url: `${base}/plugins/servlet/oauth/${step}`,
      now: emulator.clock.now(),
      ...rest,
    });

  const requestToken = async (callback: string | undefined, key = "app"): Promise<string> =>
    (await form(ask({ key, oauth: { oauth_callback: callback } }))).get("oauth_token") ?? "";

  /** Logs in, opens the page, presses a button. */
  const decide = async (token: string, button: "approve" | "deny", more = "") => {
    const person = personAtDataCenter(base);
    await person.logIn("John Doe");
    const page = `/plugins/servlet/oauth/authorize?oauth_token=${token}${more}`;
    const late = new URLSearchParams(more).get("oauth_callback");
    const fields = [
      ["oauth_token", token],
      [button, "x"],
      ...(late === null ? [] : [["oauth_callback", late] as const]),
    ] as const;
    return { answer: await person.fillIn(page, fields, "/plugins/servlet/oauth/authorize"), person, page };
  };

  const accessTokens = async (callback = "oob"): Promise<URLSearchParams> => {
    const token = await requestToken(callback);
    const { answer } = await decide(token, "approve");
    const back = new URL(answer.headers.get("location") ?? "").searchParams;
    const oauth = { oauth_token: token, oauth_verifier: back.get("oauth_verifier") ?? "" };
    return form(ask({ step: "access-token", oauth }));
  };

  const call = (token: string, path: string, more: Asked = {}): Promise<Response> =>
    ask({ method: "GET", url: `${base}${path}`, ...more, oauth: { oauth_token: token, ...more.oauth } });

  for (const [key, callback] of [
    ["app", callbackUrl],
    ["quiet", ""],
    ["other", callbackUrl],
  ] as const)
    await addConsumer({ key, callbackUrl: callback });
  return { base, addConsumer, ask, requestToken, decide, accessTokens, call };
}
