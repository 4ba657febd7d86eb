/** Owns a hostile Bitbucket: honest until a case replaces an answer, and it remembers every request it got. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { honestly, openBooks } from "./honest.ts";
import { type Person, type PersonName, people } from "./people.ts";
import { noRights, type Rights } from "./rights.ts";

/**
 * Which of Bitbucket's resources was asked. `probe` is the authorize page without a question, by which a server may see
 * whether Bitbucket is there; `request-token` and `access-token` are OAuth 1.0a's; from `workspaces` on they are lists of what
 * a person was given: three of Cloud, two of Data Center and Server.
 */
export type Endpoint =
  | "probe"
  | "authorize"
  | "token"
  | "revoke"
  | "user"
  | "emails"
  | "properties"
  | "users"
  | "request-token"
  | "access-token"
  | "workspaces"
  | "permissions"
  | "repositories"
  | "projects"
  | "repos"
  | "other";

/** A request as it came. */
export interface Asked {
  readonly endpoint: Endpoint;
  readonly method: string;
  /** Path and query as they stood on the wire. */
  readonly path: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, in the order and case they came in. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
  /** The body's fields where it is a form. */
  readonly form: URLSearchParams;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer | AsyncIterable<Buffer>;
}

/** Instead of a reply, `response` itself for what no reply can say: silence, half a header, a torn connection. */
export type Answering = (
  asked: Asked,
  honest: () => Reply,
  response: ServerResponse,
) => Reply | "answered" | Promise<Reply | "answered">;

/** A client that is registered there. */
export interface Client {
  readonly id: string;
  readonly secret: string;
}

export interface UpstreamOptions {
  /** Default: any free one. */
  readonly port?: number;
  readonly clients: readonly Client[];
}

export interface HostileUpstream {
  /** `http://127.0.0.1:PORT`; Cloud's pages and its API, Data Center and Server in one. */
  readonly origin: string;
  readonly clients: readonly Client[];
  /** Every request since the last {@link reset}. */
  readonly asked: readonly Asked[];
  /** How often these were asked; with none, everything but `probe` and `authorize`: what the server did by itself. */
  count(...endpoints: Endpoint[]): number;
  /** The last request to this one. Throws when there was none. */
  last(endpoint: Endpoint): Asked;
  /** From now on; `null` makes it honest again. */
  answer(endpoint: Endpoint, answering: Answering | null): void;
  /** Who is there; to be changed for one case. */
  readonly people: Record<PersonName, Person>;
  /** Who was given what; nobody anything at first. */
  rights: Rights;
  /** Who grants where the browser does not say who it is: a real one. Default `victim`. */
  approver: PersonName;
  readonly rules: {
    /** Holds the exchange to the challenge of the authorization request (RFC 7636); Cloud is not known to. Default false. */
    enforcePkce: boolean;
    /** Codes can be exchanged only once. Default true. */
    codesOnce: boolean;
  };
  /** A code as it would be given to this person, without anybody asking; honest in every other way. */
  issueCode(code: IssuedCode): string;
  /** Every code, token and client secret it ever had, and every verifier it was shown: nothing of it may be seen anywhere. */
  secrets(): readonly string[];
  /** All as it was at first, but for what was issued. */
  reset(): void;
  close(): Promise<void>;
}

export interface IssuedCode {
  readonly person: PersonName;
  readonly client?: Client;
  readonly redirectUri?: string;
  /** Of S256. */
  readonly challenge?: string | null;
  readonly scope?: string;
}

export async function openUpstream({ port = 0, clients }: UpstreamOptions): Promise<HostileUpstream> {
  const asked: Asked[] = [];
  const answers = new Map<Endpoint, Answering>();
  const books = openBooks(clients);
  const server = createServer({ maxHeaderSize: 1_000_000 }, async (request, response) => {
    const one = await read(request, origin);
    asked.push(one);
    books.learn(one);
    const honest = () => honestly({ ...upstream, asked: one, books });
    const reply = await (answers.get(one.endpoint) ?? ((_, answer) => answer()))(one, honest, response);
    if (reply !== "answered") await write(response, reply);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server that listens has one

  const upstream: HostileUpstream = {
    origin,
    clients,
    asked,
    count: (...endpoints) =>
      asked.filter(({ endpoint }) =>
        endpoints.length === 0
          ? endpoint !== "probe" && endpoint !== "authorize"
          : endpoints.includes(endpoint),
      ).length,
    last(endpoint) {
      const found = asked.findLast((one) => one.endpoint === endpoint);
      if (found === undefined) throw new Error(`nobody asked ${endpoint}`);
      return found;
    },
    answer: (endpoint, answering) =>
      void (answering === null ? answers.delete(endpoint) : answers.set(endpoint, answering)),
    people: { ...people },
    rights: noRights,
    approver: "victim",
    rules: { enforcePkce: false, codesOnce: true },
    issueCode: books.issueCode,
    secrets: books.secrets,
    reset() {
      asked.length = 0;
      answers.clear();
      Object.assign(upstream.people, people);
      Object.assign(upstream.rules, { enforcePkce: false, codesOnce: true });
      upstream.approver = "victim";
      upstream.rights = noRights;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return upstream;
}

async function read(request: IncomingMessage, origin: string): Promise<Asked> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  const { method = "", url: path = "/", headers, rawHeaders } = request;
  const url = new URL(path, origin);
  const body = Buffer.concat(pieces).toString();
  const isForm = headers["content-type"]?.includes("form-urlencoded") ?? false;
  const form = new URLSearchParams(isForm ? body : "");
  return { endpoint: endpointOf(url), method, path, url, headers, rawHeaders, body, form };
}

const endpoints: readonly (readonly [RegExp, Endpoint])[] = [
  [/\/oauth2\/(latest\/)?authorize$/, "authorize"],
  [/\/oauth2\/(access_token|latest\/token)$/, "token"],
  [/\/oauth2\/latest\/revoke$/, "revoke"],
  [/^\/2\.0\/user$/, "user"],
  [/^\/2\.0\/user\/emails$/, "emails"],
  [/\/application-properties$/, "properties"],
  [/\/rest\/api\/[^/]+\/users(\/|$)/, "users"],
  [/\/oauth\/request-token$/, "request-token"],
  [/\/oauth\/authorize$/, "authorize"],
  [/\/oauth\/access-token$/, "access-token"],
  [/^\/2\.0\/user\/workspaces$/, "workspaces"],
  [/^\/2\.0\/user\/workspaces\/[^/]+\/permissions\/repositories$/, "permissions"],
  [/^\/2\.0\/repositories\/[^/]+$/, "repositories"],
  [/\/rest\/api\/[^/]+\/projects$/, "projects"],
  [/\/rest\/api\/[^/]+\/repos$/, "repos"],
];

function endpointOf({ pathname, search }: URL): Endpoint {
  const found = endpoints.find(([path]) => path.test(pathname))?.[1] ?? "other";
  return found === "authorize" && search === "" ? "probe" : found;
}

async function write(response: ServerResponse, { status, headers = {}, body = "" }: Reply): Promise<void> {
  // An attacker writes what an honest server's library would refuse to.
  response.on("error", () => {});
  for (const [name, value] of Object.entries(headers))
    response.setHeader(name, typeof value === "string" ? value : [...value]);
  response.writeHead(status);
  if (typeof body === "string" || Buffer.isBuffer(body)) {
    response.end(body);
    return;
  }
  // Whoever is sent too much hangs up.
  await pipeline(body, response).catch(() => {});
}
