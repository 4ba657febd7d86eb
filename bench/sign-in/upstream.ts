/**
 * Owns a Bitbucket that answers what a sign-in asks for and nothing else, so that it costs no contestant its time: token, user and
 * addresses, as Bitbucket answers them. A code begins with the number of the person who came.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tellBench } from "../served/tell.ts";
import { emailOf } from "./browser.ts";
import { consumer, localhostConsumer } from "./told.ts";

const server = createServer((request, response) => {
  const [path] = (request.url ?? "").split("?");
  if (path === "/site/oauth2/access_token" && request.method === "POST") grant(request, response);
  else if (path === "/2.0/user") show(request, response, user);
  else if (path === "/2.0/user/emails") show(request, response, emails);
  else answer(response, 404, refused("Resource not found"));
});
server.keepAliveTimeout = 60_000;

const basics = [consumer, localhostConsumer].map(({ id, secret }) => `Basic ${btoa(`${id}:${secret}`)}`);
/** As long as Bitbucket's tokens are. */
const padding = "-".repeat(72);
let granted = 0;

function grant(request: IncomingMessage, response: ServerResponse): void {
  let body = "";
  request.setEncoding("latin1");
  request.on("data", (piece: string) => {
    body += piece;
  });
  request.on("end", () => {
    const form = new URLSearchParams(body);
    const isConsumer =
      basics.includes(request.headers.authorization ?? "") || form.get("client_secret") === consumer.secret;
    const person = /^\d+(?=\.)/.exec(form.get("code") ?? "")?.[0];
    if (!isConsumer || form.get("grant_type") !== "authorization_code" || person === undefined)
      return answer(response, 400, {
        error: "invalid_grant",
        error_description: "The specified code is not valid.",
      });
    granted += 1;
    answer(response, 200, {
      access_token: `${person}.${granted}${padding}`,
      scope: "account email",
      token_type: "bearer",
      expires_in: 7200,
      state: "authorization_code",
      refresh_token: `${person}.r${granted}${padding.slice(56)}`,
    });
  });
}

function show(request: IncomingMessage, response: ServerResponse, of: (person: number) => object): void {
  const person = /^Bearer (\d+)\./i.exec(request.headers.authorization ?? "")?.[1];
  if (person === undefined) answer(response, 401, refused("Access token expired."));
  else answer(response, 200, of(Number(person)));
}

function user(person: number): object {
  const uuid = `{7d3a178a-a087-4756-b2da-${String(person).padStart(12, "0")}}`;
  const self = `https://api.bitbucket.org/2.0/users/${encodeURIComponent(uuid)}`;
  return {
    type: "user",
    uuid,
    account_id: `557058:270a1f96-cd27-4013-ade6-${String(person).padStart(12, "0")}`,
    username: `person${person}`,
    nickname: `Person ${person}`,
    display_name: `Person ${person}`,
    account_status: "active",
    is_staff: false,
    has_2fa_enabled: null,
    location: null,
    created_on: "2012-07-25T04:53:41.525465+00:00",
    links: {
      self: { href: self },
      html: { href: `https://bitbucket.org/${encodeURIComponent(uuid)}/` },
      avatar: { href: `https://secure.gravatar.com/avatar/${person}` },
      repositories: { href: `https://api.bitbucket.org/2.0/repositories/${encodeURIComponent(uuid)}` },
      snippets: { href: `https://api.bitbucket.org/2.0/snippets/${encodeURIComponent(uuid)}` },
      hooks: { href: `${self}/hooks` },
    },
  };
}

function emails(person: number): object {
  const email = emailOf(person);
  const links = { self: { href: `https://api.bitbucket.org/2.0/user/emails/${email}` } };
  return {
    pagelen: 10,
    page: 1,
    size: 1,
    values: [{ type: "email", email, is_primary: true, is_confirmed: true, links }],
  };
}

function refused(message: string): object {
  return { type: "error", error: { message } };
}

function answer(response: ServerResponse, status: number, value: object): void {
  const body = JSON.stringify(value);
  response
    .writeHead(status, { "content-type": "application/json; charset=utf-8", "content-length": body.length })
    .end(body);
}

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo; // a TCP server that listens has an AddressInfo
  const origin = `http://127.0.0.1:${port}`;
  tellBench({ site: origin, api: origin });
});
