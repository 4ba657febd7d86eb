/** Owns somebody at a Data Center's website: keeps cookies, fills in forms, follows nothing. */
import type { Fields } from "./person.ts";

/** Someone with an empty cookie jar. Paths begin behind the base URL; a whole URL is taken as it is. */
export function personAtDataCenter(baseUrl: string) {
  const cookies = new Map<string, string>();
  const { origin } = new URL(baseUrl);

  const visit = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const url = path.startsWith("http") ? path : `${baseUrl}${path}`;
    const answer = await fetch(url, { ...init, headers: { cookie, ...init.headers }, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return answer;
  };

  /** Opens a page and sends a form with the token it carries. */
  const fillIn = async (page: string, fields: Fields, action = page): Promise<Response> => {
    const token = /name="atl_token" value="([^"]+)"/.exec(await (await visit(page)).text())?.[1] ?? "";
    const body = new URLSearchParams([["atl_token", token]]);
    for (const [name, value] of fields) body.append(name, value);
    return visit(action, { method: "POST", body });
  };

  /** Presses a person's button on the log-in page. */
  const logIn = async (displayName: string): Promise<void> => {
    const page = await (await visit("/login")).text();
    const button = page.split('name="person" value="').find((part) => part.includes(`>${displayName}<`));
    if (button === undefined) throw new Error(`nobody is called ${displayName}`);
    const answer = await fillIn("/login", [["person", button.slice(0, button.indexOf('"'))]]);
    if (answer.status !== 303) throw new Error(`not logged in: ${answer.status}`);
  };

  /** Where an answer leads: a path behind the base URL if it is there, else the whole URL. */
  const leadsTo = (answer: Response): string => {
    const to = new URL(answer.headers.get("location") ?? "about:blank", origin).href;
    return to.startsWith(`${baseUrl}/`) ? to.slice(baseUrl.length) : to;
  };

  return { visit, fillIn, logIn, leadsTo };
}
