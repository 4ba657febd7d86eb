/** Owns a visitor with a browser's cookies: follows an app to Bitbucket's pages, logs in, consents, and comes back. */
import type { Emulator } from "../../src/emulator/emulator.ts";

interface Choice {
  /** The display name. */
  readonly as: string;
  readonly decision: "grant" | "cancel";
}

/** Where the app left the visitor at the end. */
export interface Arrival {
  readonly status: number;
  readonly url: string;
  readonly body: string;
}

const mostSteps = 12;

/** Somebody whose cookies are kept by host and port, as a browser would not: two apps on one machine stay apart. */
export function visitor() {
  const jars = new Map<string, Map<string, string>>();

  /** What is sent to this origin as `Cookie`. */
  const cookies = (origin: string) =>
    [...(jars.get(origin) ?? [])].map(([name, value]) => `${name}=${value}`).join("; ");

  const visit = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const { origin } = new URL(url);
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    const headers = new Headers(init.headers);
    headers.set("cookie", cookies(origin));
    if (init.body !== undefined) headers.set("origin", origin);
    const answer = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "" || /max-age=0|expires=thu, 01 jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  };

  /** Follows redirects from `first`, over Bitbucket's log-in and consent pages, until the app answers a page. */
  const signIn = async (
    emulator: Emulator,
    first: Response,
    { as, decision = "grant" }: Partial<Choice> & { readonly as: string },
  ): Promise<Arrival> => {
    let answer = first;
    for (let step = 0; step < mostSteps; step += 1) {
      const location = answer.headers.get("location");
      if (location !== null) {
        answer = await visit(new URL(location, answer.url).href);
        continue;
      }
      const body = await answer.text();
      if (!answer.url.startsWith(emulator.urls.bitbucket))
        return { status: answer.status, url: answer.url, body };
      const { action, form } = pressed(body, answer, { as, decision });
      answer = await visit(action, { method: "POST", body: form });
    }
    throw new Error(`no end of redirects, now at ${answer.url}`);
  };

  return { visit, signIn, cookies };
}

/** The form of a page of Bitbucket's, with the button pressed that leads on. */
function pressed(
  page: string,
  answer: Response,
  { as, decision }: Choice,
): { action: string; form: URLSearchParams } {
  if (answer.status !== 200)
    throw new Error(`Bitbucket shows a page of status ${answer.status}: ${text(page)}`);
  const [, path = answer.url] = /<form method="post" action="([^"]+)"/.exec(page) ?? [];
  const hidden = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  const form = new URLSearchParams(hidden.map(([, name = "", value = ""]) => [name, unescaped(value)]));
  if (page.includes('name="decision"')) form.set("decision", decision);
  else {
    const button = page.split('name="person" value="').find((part) => part.includes(`>${as}<`));
    if (button === undefined) throw new Error(`nobody is called ${as} on: ${text(page)}`);
    form.set("person", button.slice(0, button.indexOf('"')));
  }
  return { action: new URL(unescaped(path), answer.url).href, form };
}

function unescaped(value: string): string {
  return value.replaceAll("&amp;", "&").replaceAll("&quot;", '"');
}

function text(page: string): string {
  return page
    .replaceAll(/<style.*?<\/style>|<[^>]+>/gs, " ")
    .replaceAll(/\s+/g, " ")
    .slice(0, 400);
}
