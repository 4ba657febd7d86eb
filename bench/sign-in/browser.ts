/** Owns full sign-ins, each by a browser that has no cookie yet: begin, come back from Bitbucket, ask once who is signed in. */
import { type Answered, type Connection, openConnection } from "../served/connection.ts";
import type { SignInServer, Step, UpstreamOrigins } from "./told.ts";

/** Eight people at once. */
export const connections = 8;

/** Where people grant access, and who they are there. */
export interface UpstreamTold extends UpstreamOrigins {
  /** Of the one person who grants everything; none where a code says by itself who comes. */
  readonly email?: string;
}

/** How many people there are where a code says who comes; they sign in by turns. */
export const people = 1_000;

/** Of such a person. */
export const emailOf = (person: number) => `person-${person}@example.com`;

/** Signs in `count` times over connections that are kept open, one request on each at a time; answers a second. */
export async function signInOver(
  server: SignInServer,
  { site, email }: UpstreamTold,
  count: number,
): Promise<number> {
  if (email === undefined)
    return over([server.origin], count, async ([connection], number) => {
      const person = number % people;
      const grant = async (location: URL) => madeUp(location, person);
      await signInOnce(connection, server, { email: emailOf(person), grant });
    });
  return over([server.origin, site], count, async ([connection, bitbucket = connection]) => {
    await signInOnce(connection, server, { email, grant: (location) => grantAt(bitbucket, location) });
  });
}

/** Begins `count` times and never comes back, a new browser each time; answers a second. */
export async function beginOver(server: SignInServer, count: number): Promise<number> {
  return over([server.origin], count, async ([connection]) => {
    await begin(connection, server, new Map());
  });
}

/** One to each place, for each of those who come at once. */
type Connections = readonly [server: Connection, ...others: Connection[]];

async function over(
  origins: readonly string[],
  count: number,
  once: (connections: Connections, number: number) => Promise<void>,
): Promise<number> {
  const opened = await Promise.all(
    Array.from({ length: connections }, () =>
      Promise.all(origins.map((origin) => openConnection(new URL(origin)))),
    ),
  );
  let number = 0;
  const begun = performance.now();
  await Promise.all(
    opened.map(async ([server, ...others]) => {
      while (server !== undefined && number < count) await once([server, ...others], number++);
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  for (const connection of opened.flat()) connection.close();
  return count / seconds;
}

type Cookies = Map<string, string>;

/** What Bitbucket answers a browser costs the server that asked nothing, so it need not be asked. */
function madeUp(location: URL, person: number): URL {
  const callback = new URL(location.searchParams.get("redirect_uri") ?? "");
  callback.searchParams.set("code", `${person}.${padding}`);
  callback.searchParams.set("state", location.searchParams.get("state") ?? "");
  return callback;
}

/** As long as Bitbucket's codes are. */
const padding = "a".repeat(18);

async function grantAt(bitbucket: Connection, location: URL): Promise<URL> {
  const path = location.pathname + location.search;
  const answer = await bitbucket.ask(`GET ${path} HTTP/1.1\r\nhost: ${location.host}\r\naccept: */*\r\n\r\n`);
  const callback = /\r\nlocation: *([^\r]+)/i.exec(answer.head)?.[1];
  if (callback === undefined) throw unexpected(path, answer);
  return new URL(callback);
}

interface Coming {
  readonly email: string;
  /** Gives the address to come back to. */
  grant(location: URL): Promise<URL>;
}

/** Throws unless the right person is signed in at the end. */
async function signInOnce(
  connection: Connection,
  server: SignInServer,
  { email, grant }: Coming,
): Promise<void> {
  const cookies: Cookies = new Map();
  const callback = await grant(await begin(connection, server, cookies));
  const path = callback.pathname + callback.search;
  const back = await ask(connection, server, cookies, { method: "GET", path });
  if (back.status !== 302 && back.status !== 303) throw unexpected(path, back);
  const told = await ask(connection, server, cookies, { method: "GET", path: server.session });
  if (told.status !== 200 || !told.body.includes(`"${email}"`)) throw unexpected(server.session, told);
}

async function begin(connection: Connection, server: SignInServer, cookies: Cookies): Promise<URL> {
  let csrf = "";
  let last: Answered | undefined;
  for (const step of server.begin) {
    const body = step.body?.replace("{csrf}", csrf);
    last = await ask(connection, server, cookies, body === undefined ? step : { ...step, body });
    csrf = /"csrfToken":"([^"]+)"/.exec(last.body)?.[1] ?? "";
  }
  if (last === undefined) throw new Error("nothing to begin with");
  const location = /\r\nlocation: *([^\r]+)/i.exec(last.head)?.[1] ?? jsonUrl(last.body);
  if (!location.includes("state=")) throw unexpected("the beginning", last);
  return new URL(location);
}

function jsonUrl(body: string): string {
  const text = /"url":("[^"]+")/.exec(body)?.[1] ?? '""';
  return String(JSON.parse(text));
}

async function ask(
  connection: Connection,
  { origin }: SignInServer,
  cookies: Cookies,
  { method, path, type, body = "" }: Step,
): Promise<Answered> {
  const cookie = Array.from(cookies, ([name, value]) => `${name}=${value}`).join("; ");
  const head =
    `${method} ${path} HTTP/1.1\r\nhost: ${origin.slice("http://".length)}\r\naccept: */*\r\n` +
    (cookie === "" ? "" : `cookie: ${cookie}\r\n`);
  const rest =
    method === "GET"
      ? "\r\n"
      : `origin: ${origin}\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const answer = await connection.ask(head + rest);
  keep(cookies, answer.head);
  return answer;
}

function keep(cookies: Cookies, head: string): void {
  for (const [, name = "", value = "", attributes = ""] of head.matchAll(setCookie))
    if (value === "" || gone.test(attributes)) cookies.delete(name);
    else cookies.set(name, value);
}

const setCookie = /\r\nset-cookie: *([^=]+)=([^;\r]*)([^\r]*)/gi;
const gone = /max-age=0|expires=thu, 01 jan 1970/i;

function unexpected(what: string, { head, body }: Answered): Error {
  return new Error(`${what} answered: ${head}\n\n${body.slice(0, 600)}`);
}
