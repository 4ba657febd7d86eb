/** Owns a browser as an attacker drives one: a cookie jar of its own over real HTTP, and nothing followed by itself. */
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import type { PersonName } from "./people.ts";
import type { Target } from "./target.ts";

/** What was answered, whole. */
export interface Seen {
  readonly url: URL;
  readonly method: string;
  /** 0: the server hung up without a word, as it may on a request too long to be read. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Each `Set-Cookie` as it came. */
  readonly setCookies: readonly string[];
  readonly text: string;
  /** Where it leads; null when nowhere. */
  readonly location: URL | null;
}

export interface Ask {
  readonly method?: string;
  /** A list sends the header once for each entry. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer | URLSearchParams;
  /** Instead of what the jar holds; null sends no cookie at all. */
  readonly cookie?: string | readonly string[] | null;
}

export interface Visitor {
  readonly target: Target;
  /** The cookies of the server under attack, by name. To be read, stolen and planted. */
  readonly cookies: Map<string, string>;
  /**
   * One request; nothing is followed. A path is sent as it is written, without being made normal first. What the answer
   * sets goes into the jar.
   */
  ask(place: string | URL, ask?: Ask): Promise<Seen>;
  /** Asks to sign in, and gives the answer whatever it is. */
  start(instance?: string, returnTo?: string): Promise<Seen>;
  /** Asks to sign in, and gives the address at Bitbucket. Throws when the answer does not lead away. */
  begin(instance?: string, returnTo?: string): Promise<URL>;
  /** Grants at Bitbucket what that address asks for, as this person (default `victim`), and gives the callback, not visited. */
  approve(location: URL, person?: PersonName): Promise<URL>;
  /** The whole way to Bitbucket and back; gives the answer to the callback. Throws when nobody is signed in afterwards. */
  signIn(instance?: string, person?: PersonName, returnTo?: string): Promise<Seen>;
  /** Who is signed in in this browser, by the session route; null for nobody. */
  whoIsSignedIn(): Promise<PersonName | null>;
}

export function openVisitor(target: Target, watch: (seen: Seen) => void): Visitor {
  const cookies = new Map<string, string>();
  const own = new URL(target.origin);

  const ask = async (place: string | URL, init: Ask = {}): Promise<Seen> => {
    const isOwn = typeof place === "string" ? !/^https?:/i.test(place) : place.origin === own.origin;
    const jar = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const given = init.cookie === undefined ? (isOwn && jar !== "" ? jar : null) : init.cookie;
    const headers = { ...init.headers, ...(given === null ? {} : { cookie: given }) };
    const seen = await send(isOwn ? { at: own, place } : { at: new URL(place), place }, { ...init, headers });
    if (!isOwn) return seen;
    for (const line of seen.setCookies) keep(cookies, line);
    watch(seen);
    return seen;
  };

  const start = (instance = target.instance, returnTo?: string) => {
    const query = returnTo === undefined ? "" : `?${target.returnParameter}=${encodeURIComponent(returnTo)}`;
    return ask(target.routes.login(instance) + query);
  };
  const begin = async (instance?: string, returnTo?: string) => leadsTo(await start(instance, returnTo));
  const approve = async (location: URL, person: PersonName = "victim") =>
    leadsTo(await ask(location, { headers: { "x-person": person } }));
  const whoIsSignedIn = async () => target.whoIs(await ask(target.routes.session));

  return {
    target,
    cookies,
    ask,
    start,
    begin,
    approve,
    async signIn(instance, person = "victim", returnTo) {
      const seen = await ask(await approve(await begin(instance, returnTo), person));
      const who = await whoIsSignedIn();
      if (who !== person)
        throw new Error(`signing in as ${person} ended with ${seen.status}, as ${who ?? "nobody"}`);
      return seen;
    },
    whoIsSignedIn,
  };
}

function leadsTo(seen: Seen): URL {
  if (seen.location !== null && seen.status >= 300 && seen.status < 400) return seen.location;
  throw new Error(`${seen.method} ${seen.url.pathname} leads nowhere: ${seen.status}`);
}

/** A cookie with an end in the past, or none left to live, goes. */
function keep(cookies: Map<string, string>, line: string): void {
  const [, name = "", value = ""] = /^\s*([^=;]*)=([^;]*)/.exec(line) ?? [];
  const expires = /;\s*expires=([^;]+)/i.exec(line)?.[1];
  const isOver = /;\s*max-age=(0|-\d+)\b/i.test(line) || Date.parse(expires ?? "") <= Date.now();
  if (isOver) cookies.delete(name);
  else cookies.set(name, value);
}

/** Where a page goes on to by itself, as browsers read it. */
function onwardFrom(html: string): string | undefined {
  return /<meta http-equiv="refresh" content="0; ?url=([^"]+)"/i.exec(html)?.[1]?.replaceAll("&amp;", "&");
}

interface Line {
  /** Whom to connect to. */
  readonly at: URL;
  readonly place: string | URL;
}

function send({ at, place }: Line, { method = "GET", headers, body }: Ask): Promise<Seen> {
  const path = typeof place === "string" && place.startsWith("/") ? place : pathOf(new URL(place, at));
  const bytes = body === undefined ? null : Buffer.isBuffer(body) ? body : Buffer.from(String(body));
  const form = body instanceof URLSearchParams ? { "content-type": "application/x-www-form-urlencoded" } : {};
  const length = bytes === null ? {} : { "content-length": String(bytes.length) };
  const request = at.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: at.hostname === "localhost" ? "127.0.0.1" : at.hostname.replace(/^\[|\]$/g, ""),
        port: at.port,
        path,
        method,
        agent: false,
        headers: { host: at.host, ...form, ...length, ...writable(headers) },
      },
      async (answer) => {
        const pieces: Buffer[] = [];
        answer.on("error", reject);
        for await (const piece of answer) pieces.push(piece);
        // A path that is no URL's (two slashes in front, a stray bracket) is still the server's to answer.
        const url = URL.parse(at.origin + path) ?? at;
        const text = Buffer.concat(pieces).toString();
        const location = answer.headers.location ?? onwardFrom(text);
        resolve({
          url,
          method,
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          setCookies: answer.headers["set-cookie"] ?? [],
          text,
          location: location === undefined ? null : URL.parse(location, url),
        });
      },
    );
    asked.on("error", (error: NodeJS.ErrnoException) => {
      const hungUp = ["ECONNRESET", "EPIPE"].includes(error.code ?? "");
      if (!hungUp) return reject(error);
      resolve({ url: at, method, status: 0, headers: {}, setCookies: [], text: "", location: null });
    });
    asked.end(bytes ?? undefined);
  });
}

/** Without the fragment: a browser keeps that to itself. */
function pathOf(url: URL): string {
  return url.pathname + url.search;
}

function writable(headers: Ask["headers"] = {}): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
  );
}
