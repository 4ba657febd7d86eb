/** Owns just enough of a browser for the trip to Bitbucket: cookies, redirects, one hidden field. */

export interface Page {
  readonly url: URL;
  readonly html: string;
}

export function newBrowser() {
  const cookies = new Map<string, string>();

  const visit = async (start: URL, init: RequestInit): Promise<Page> => {
    let [url, request] = [start, init];
    for (let hops = 0; hops < 10; hops += 1) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const answer = await fetch(url, {
        ...request,
        headers: { ...request.headers, cookie },
        redirect: "manual",
      });
      for (const line of answer.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      const next = answer.headers.get("location");
      if (next === null) return { url, html: await answer.text() };
      [url, request] = [new URL(next, url), {}];
    }
    throw new Error("too many redirects");
  };

  return {
    open: (url: string) => visit(new URL(url), {}),
    submit(page: Page, action: string, fields: Readonly<Record<string, string>>): Promise<Page> {
      const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
      const body = new URLSearchParams({ csrf, ...fields });
      return visit(new URL(action, page.url), { method: "POST", body, headers: { origin: page.url.origin } });
    },
  };
}
