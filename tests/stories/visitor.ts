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

/** Where an answer sends a browser: by redirect, or as a page that goes on by itself. */
function onwardFrom({ status, headers }: Response, html: string): string | null {
  if (status >= 300 && status < 400) return headers.get("location") ?? "";
  const refresh = /<meta http-equiv="refresh" content="0; ?url=([^"]+)"/.exec(html)?.[1];
  return refresh?.replaceAll("&amp;", "&") ?? null;
}

/** Someone with an empty cookie jar. */
export function newVisitor() {
  const jar = new Map<string, Map<string, string>>();

  const ask = async (url: URL, init: RequestInit): Promise<Response> => {
    const cookies = jar.get(url.host) ?? new Map<string, string>();
    jar.set(url.host, cookies);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, {
      ...init,
      headers: { accept: "text/html", ...init.headers, cookie },
      redirect: "manual",
    });
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
    let html = await answer.text();
    let next = onwardFrom(answer, html);
    for (let hops = 0; next !== null; hops += 1) {
      if (hops === mostRedirects) throw new Error(`too many redirects: ${trail.join(" → ")}`);
      trail.push(new URL(next, trail.at(-1)));
      answer = await ask(trail.at(-1) ?? start, {});
      html = await answer.text();
      next = onwardFrom(answer, html);
    }
    return { url: trail.at(-1) ?? start, status: answer.status, html, trail };
  };

  return {
    /** As the header says it, for this host. */
    cookie: (host: string) =>
      [...(jar.get(host) ?? [])].map(([name, value]) => `${name}=${value}`).join("; "),
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
