/** Owns a whole app with its web face in this process, beside an emulator, and browsers that walk between the two. */
import { type App, createApp } from "../../src/app/app.ts";
import { type Config, type ConfigInput, parseConfig } from "../../src/app/config.ts";
import type { Fetch } from "../../src/base/http/door.ts";
import type { Log } from "../../src/base/log.ts";
import { cloudUrls } from "../../src/cli/emulated-instances.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { createWeb, type Web } from "../../src/web/web.ts";

export const baseUrl = "http://localhost:8000";

/** The configuration that fits an emulator: its first consumer, its addresses. */
export function configFor(emulator: Emulator, more: Partial<ConfigInput> = {}): Config {
  const [consumer] = emulator.consumers;
  return parseConfig({
    baseUrl,
    database: ":memory:",
    instances: {
      bitbucket: {
        clientId: consumer?.key ?? "",
        clientSecret: consumer?.secret ?? "",
        urls: cloudUrls(emulator),
      },
    },
    ...more,
  });
}

export interface Rig {
  readonly emulator: Emulator;
  readonly app: App;
  readonly web: Web;
  /** Every answer of ours that a browser of this rig got. */
  readonly answers: readonly Seen[];
  /** Somebody with an empty cookie jar. */
  browser(): Browser;
  /** A browser signed in as this person of the seed. */
  signedIn(displayName: string): Promise<Browser>;
  close(): Promise<void>;
}

export interface RigOptions {
  readonly emulator?: EmulatorOptions;
  readonly config?: (emulator: Emulator) => Config;
  readonly log?: Log;
  /** Stands between the app and the emulator. */
  readonly fetch?: Fetch;
  /** Stands between the app and its web face. */
  readonly watch?: (app: App) => App;
}

export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const emulator = await createEmulator({
    callbackUrl: `${baseUrl}/auth/bitbucket/callback`,
    ...options.emulator,
  });
  const { log, fetch } = options;
  const config = (options.config ?? configFor)(emulator);
  const app = await createApp(config, { clock: emulator.clock, log, fetch });
  const web = createWeb(options.watch?.(app) ?? app);
  const answers: Seen[] = [];
  await app.start();
  const browser = () => newBrowser({ web, own: config.baseUrl, answers });
  return {
    emulator,
    app,
    web,
    answers,
    browser,
    async signedIn(displayName) {
      const person = browser();
      await person.grant(displayName, "/auth/bitbucket/login");
      return person;
    },
    async close() {
      await app.close();
      await emulator.close();
    },
  };
}

export interface Seen {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export type Browser = ReturnType<typeof newBrowser>;

const mostRedirects = 10;

/** A page's form with its hidden `csrf`, as a browser sends it. */
function formOf(page: Seen, fields: readonly (readonly [string, string])[]): RequestInit {
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
  const body = new URLSearchParams([
    ["csrf", csrf],
    ...fields.map(([name, value]): [string, string] => [name, value]),
  ]);
  return { method: "POST", body, headers: { origin: page.url.origin } };
}

/** Where an answer sends a browser: by redirect, or as a page that goes on by itself. */
function onwardFrom({ url, status, headers, text }: Seen): URL | null {
  const refresh = /<meta http-equiv="refresh" content="0; ?url=([^"]+)"/.exec(text)?.[1];
  if (status >= 300 && status < 400) return new URL(headers.get("location") ?? "", url);
  return refresh === undefined ? null : new URL(refresh.replaceAll("&amp;", "&"), url);
}

interface Net {
  readonly web: Web;
  /** Our own origin. */
  readonly own: string;
  readonly answers: Seen[];
}

function newBrowser({ web, own, answers }: Net) {
  const jar = new Map<string, Map<string, string>>();
  const cookiesOf = (url: URL) =>
    jar.get(url.host) ?? jar.set(url.host, new Map()).get(url.host) ?? new Map();

  /** One request, no redirect followed. Our own host is asked in this process, every other over the network. */
  const ask = async (path: string | URL, init: RequestInit = {}): Promise<Seen> => {
    const url = new URL(path, own);
    const cookies = cookiesOf(url);
    const headers = new Headers(init.headers);
    if (cookies.size > 0 && !headers.has("cookie"))
      headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const request = { ...init, headers, redirect: "manual" as const };
    const answer = await (url.origin === own ? web.fetch(new Request(url, request)) : fetch(url, request));
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const seen = { url, status: answer.status, headers: answer.headers, text: await answer.text() };
    if (url.origin === own) answers.push(seen);
    return seen;
  };

  const follow = async (path: string | URL, init: RequestInit = {}): Promise<Seen> => {
    let seen = await ask(path, init);
    let next = onwardFrom(seen);
    for (let hops = 0; next !== null; hops += 1) {
      if (hops === mostRedirects) throw new Error(`too many redirects at ${seen.url}`);
      seen = await ask(next);
      next = onwardFrom(seen);
    }
    return seen;
  };

  /** Fills in a page's form with its hidden `csrf`; follows what is answered. */
  const submit = (page: Seen, action: string, fields: readonly (readonly [string, string])[] = []) =>
    follow(new URL(action, page.url), formOf(page, fields));

  /** Logs in at Bitbucket as this person, grants what is asked, and gives the callback without visiting it. */
  const approve = async (displayName: string, path: string | URL, init: RequestInit = {}): Promise<URL> => {
    let seen = await ask(path, init);
    for (let next = onwardFrom(seen); next !== null; next = onwardFrom(seen)) {
      if (next.origin === own) return next;
      seen = await ask(next);
    }
    const person = new RegExp(`name="person" value="([^"]+)">${displayName}<`).exec(seen.text)?.[1];
    if (person !== undefined) {
      const next = /name="next" value="([^"]+)"/.exec(seen.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
      return approve(
        displayName,
        new URL("/account/signin/", seen.url),
        formOf(seen, [
          ["person", person],
          ["next", next],
        ]),
      );
    }
    if (!seen.text.includes('value="grant"')) throw new Error(`no consent page: ${seen.status} ${seen.text}`);
    return approve(displayName, seen.url, formOf(seen, [["decision", "grant"]]));
  };

  return {
    ask,
    open: follow,
    submit,
    form: formOf,
    approve,
    /** The whole trip to Bitbucket and back. */
    grant: async (displayName: string, path: string | URL, init: RequestInit = {}) =>
      follow(await approve(displayName, path, init)),
    /** What this browser would send to us. */
    cookies: () => cookiesOf(new URL(own)),
  };
}
