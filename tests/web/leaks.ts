/** Owns looking for secrets: learns every one that passes between browser, app and Bitbucket, and where each must not be. */
import { inspect } from "node:util";
import type { App } from "../../src/app/app.ts";
import type { DoorRequest, Fetch } from "../../src/base/http/door.ts";
import type { Log } from "../../src/base/log.ts";
import { openLog } from "../../src/server/log.ts";

/** Shorter values are words, and words are everywhere. */
const shortest = 16;

export function createLeakHunt() {
  const secrets = new Map<string, string>();
  const texts: { readonly where: string; readonly text: string }[] = [];
  const lines: string[] = [];

  const learn = (kind: string, value: string | null | undefined) => {
    if (value === null || value === undefined || value.length < shortest) return;
    for (const form of [value, encodeURIComponent(value)]) secrets.set(form, kind);
  };
  const note = (where: string, text: string) => void texts.push({ where, text });
  const log: Log = openLog("debug", { write: (line) => void lines.push(line) });

  return {
    learn,
    note,
    log,
    /** How many different secrets are known, by kind. */
    known: () => new Set(secrets.values()),
    lines,
    /** A failure in every form in which it can be printed. */
    noteError(where: string, error: unknown) {
      note(where, inspect(error, { depth: 10, showHidden: true, maxStringLength: null }));
      note(where, JSON.stringify(error) ?? "");
      for (let each = error; each instanceof Error; each = each.cause) {
        note(where, `${each.stack} ${String(each)}`);
        note(where, JSON.stringify(each, Object.getOwnPropertyNames(each)));
      }
    },
    /** Every place where a secret was found: kind and place only, so that the test's own output leaks nothing. */
    found(): string[] {
      const all = [...texts, ...lines.map((text) => ({ where: "log", text }))];
      return all.flatMap(({ where, text }) =>
        [...secrets].filter(([secret]) => text.includes(secret)).map(([, kind]) => `${kind} in ${where}`),
      );
    },
  };
}

export type LeakHunt = ReturnType<typeof createLeakHunt>;

/** What a test may put in the place of an answer of Bitbucket's; null lets the request through. */
export type Misanswer = (url: string, request: DoorRequest) => Response | null;

/** A door that learns every secret that goes through it, in either direction. */
export function listenAt(hunt: LeakHunt, door: Fetch, misanswer: { current: Misanswer }): Fetch {
  return async (url, request = {}) => {
    const authorization = new Headers(request.headers).get("authorization");
    hunt.learn("authorization", authorization?.replace(/^\w+ /, ""));
    const body = new URLSearchParams(String(request.body ?? ""));
    for (const name of ["code", "code_verifier", "refresh_token"]) hunt.learn(name, body.get(name));
    const answer = misanswer.current(url, request) ?? (await door(url, request));
    const text = await answer.text();
    for (const [, name = "", token] of text.matchAll(/"(access_token|refresh_token)":\s*"([^"]+)"/g))
      hunt.learn(name, token);
    return new Response(text, { status: answer.status, headers: answer.headers });
  };
}

/** The same app; each failure that any of its rooms ends with is noted. */
export function noteFailures(hunt: LeakHunt, app: App): App {
  const watchRoom = (room: object, name: string): object =>
    new Proxy(room, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          try {
            const result: unknown = Reflect.apply(value, target, args);
            if (result instanceof Promise)
              result.catch((error) => hunt.noteError(`${name}.${String(key)}`, error));
            return result;
          } catch (error) {
            hunt.noteError(`${name}.${String(key)}`, error);
            throw error;
          }
        };
      },
    });
  const rooms = ["sessions", "handshakes", "signin", "projects", "connections", "analyses"] as const;
  const watched = Object.fromEntries(rooms.map((name) => [name, watchRoom(app[name], name)]));
  return { ...app, ...watched } as App; // each room is replaced by a proxy of itself
}
