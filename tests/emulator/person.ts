/** Owns somebody at the emulator's website: keeps cookies, fills in forms, follows nothing. */

export type Fields = readonly (readonly [name: string, value: string])[];

/** Someone with an empty cookie jar. */
export function personAt(origin: string) {
  const cookies = new Map<string, string>();

  const visit = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { cookie, ...(init.body === undefined ? {} : { origin }) };
    const answer = await fetch(new URL(path, origin), { ...init, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return answer;
  };

  /** Opens a page and sends its form, with the token it carries. */
  const fillIn = async (page: string, fields: Fields, action = page): Promise<Response> => {
    const csrf = /name="csrf" value="([^"]+)"/.exec(await (await visit(page)).text())?.[1] ?? "";
    const body = new URLSearchParams([["csrf", csrf]]);
    for (const [name, value] of fields) body.append(name, value);
    return visit(action, { method: "POST", body });
  };

  /** Presses a person's button on the log-in page. */
  const logIn = async (displayName: string): Promise<void> => {
    const path = "/account/signin/";
    const page = await (await visit(path)).text();
    const button = page.split('name="person" value="').find((part) => part.includes(`>${displayName}<`));
    if (button === undefined) throw new Error(`nobody is called ${displayName}`);
    await fillIn(path, [["person", button.slice(0, button.indexOf('"'))]]);
  };

  return { visit, fillIn, logIn };
}
