/** Owns full sign-ins, each by a browser that has no cookie yet: begin, come back from Bitbucket, ask once who is signed in. */
import { type Answered, type Connection, openConnection } from "../served/connection.ts";
import { emailOf, people, type SignInServer, type Step } from "./told.ts";

/** Eight people at once. */
export const connections = 8;

/** Signs in `count` times over connections that are kept open, one request on each at a time; answers a second. */
export async function signInOver(server: SignInServer, count: number): Promise<number> {
  return over(server, count, (connection, number) => signInOnce(connection, server, number % people));
}

/** Begins `count` times and never comes back, a new browser each time; answers a second. */
export async function beginOver(server: SignInServer, count: number): Promise<number> {
  return over(server, count, async (connection) => {
    await begin(connection, server, new Map());
  });
}

async function over(
  { origin }: SignInServer,
  count: number,
  once: (connection: Connection, number: number) => Promise<void>,
): Promise<number> {
  const opened = await Promise.all(
    Array.from({ length: connections }, () => openConnection(new URL(origin))),
  );
  let number = 0;
  const begun = performance.now();
  await Promise.all(
    opened.map(async (connection) => {
      while (number < count) await once(connection, number++);
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  for (const connection of opened) connection.close();
  return count / seconds;
}

type Cookies = Map<string, string>;

/** Throws unless the right person is signed in at the end. */
async function signInOnce(connection: Connection, server: SignInServer, person: number): Promise<void> {
  const cookies: Cookies = new Map();
  const location = await begin(connection, server, cookies);
  // What Bitbucket answers a browser costs the server that asked nothing, so it is made up here.
  const callback = new URL(location.searchParams.get("redirect_uri") ?? "");
  callback.searchParams.set("code", `${person}.${padding}`);
  callback.searchParams.set("state", location.searchParams.get("state") ?? "");
  const path = callback.pathname + callback.search;
  const back = await ask(connection, server, cookies, { method: "GET", path });
  if (back.status !== 302 && back.status !== 303) throw unexpected(path, back);
  const told = await ask(connection, server, cookies, { method: "GET", path: server.session });
  if (told.status !== 200 || !told.body.includes(`"${emailOf(person)}"`))
    throw unexpected(server.session, told);
}

/** As long as Bitbucket's codes are. */
const padding = "a".repeat(18);

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
