/** Owns a person without a browser: keeps cookies, follows redirects from one site to the other, fills in forms. */

export interface Seen {
  readonly url: URL;
  readonly status: number;
  readonly html: string;
  /** Every address on the way, the first one included. */
  readonly trail: readonly URL[];
}

export type Fields = readonly (readonly [name: string, value: string])[];

const mostRedirects = 10;

/** Someone with an empty cookie jar. */
export function newVisitor() {
  const jar = new Map<string, Map<string, string>>();

  const ask = async (url: URL, init: RequestInit): Promise<Response> => {
    const cookies = jar.get(url.host) ?? new Map<string, string>();
    jar.set(url.host, cookies);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, { ...init, headers: { ...init.headers, cookie }, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };

  const follow = async (start: URL, init: RequestInit): Promise<Seen> => {
    const trail = [start];
    let answer = await ask(start, init);
    for (let hops = 0; answer.status >= 300 && answer.status < 400; hops += 1) {
      if (hops === mostRedirects) throw new Error(`too many redirects: ${trail.join(" → ")}`);
      const next = new URL(answer.headers.get("location") ?? "", trail.at(-1));
      trail.push(next);
      answer = await ask(next, {});
    }
    return { url: trail.at(-1) ?? start, status: answer.status, html: await answer.text(), trail };
  };

  return {
    open: (url: string | URL) => follow(new URL(url), {}),
    /** Sends a form of the page: its hidden `csrf` goes along, as a browser sends it. */
    submit(page: Seen, action: string, fields: Fields = []): Promise<Seen> {
      const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
      const body = new URLSearchParams([["csrf", csrf]]);
      for (const [name, value] of fields) body.append(name, value);
      return follow(new URL(action, page.url), {
        method: "POST",
        body,
        headers: { origin: page.url.origin },
      });
    },
  };
}
