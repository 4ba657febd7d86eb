/** Owns what an honest Bitbucket would answer: codes and tokens as issued, people as they are. */
import { createHash, randomBytes } from "node:crypto";
import { isPersonName, type Person, type PersonName } from "./people.ts";
import { ownPermissions, ownWorkspaces, projectsOf, type Right, repositoriesOf, reposOf } from "./rights.ts";
import type { Asked, Client, Endpoint, HostileUpstream, IssuedCode, Reply } from "./upstream.ts";

interface Grant extends Required<IssuedCode> {
  isSpent: boolean;
}

/** What was issued to whom. */
export type Books = ReturnType<typeof openBooks>;

export function openBooks(clients: readonly Client[]) {
  const codes = new Map<string, Grant>();
  const tokens = new Map<string, PersonName>();
  const requestTokens = new Map<string, { readonly callback: string; person: PersonName | null }>();
  const secrets = new Set(clients.map(({ secret }) => secret));
  const mint = (kind: string) => {
    const made = `${kind}-${randomBytes(24).toString("base64url")}`;
    secrets.add(made);
    return made;
  };
  const [first = { id: "", secret: "" }] = clients;
  return {
    clients,
    codes,
    tokens,
    requestTokens,
    mint,
    secrets: () => [...secrets],
    learn({ form }: Asked) {
      const verifier = form.get("code_verifier");
      if (verifier !== null && verifier.length > 20) secrets.add(verifier);
    },
    issueCode(issued: IssuedCode): string {
      const code = mint("code");
      const whole = { client: first, redirectUri: "", challenge: null, scope: "account email", ...issued };
      codes.set(code, { ...whole, isSpent: false });
      return code;
    },
    issueToken(person: PersonName): string {
      const token = mint("access");
      tokens.set(token, person);
      return token;
    },
  };
}

type Question = Pick<HostileUpstream, "people" | "approver" | "rules" | "origin" | "rights"> & {
  readonly asked: Asked;
  readonly books: Books;
};

/** The answer of a Bitbucket that means well. */
export function honestly(question: Question): Reply {
  return answers[question.asked.endpoint](question);
}

const answers: Readonly<Record<Endpoint, (question: Question) => Reply>> = {
  probe: () => ({ status: 200, headers: { "content-type": "text/html" }, body: "<p>Who asks?</p>" }),
  authorize: (question) =>
    question.asked.url.searchParams.has("oauth_token") ? grantOldStyle(question) : grant(question),
  token: exchange,
  revoke: () => ({ status: 200 }),
  user: (question) => forPerson(question, (person) => json(200, cloudUser(person))),
  emails: (question) =>
    forPerson(question, ({ email }) =>
      json(200, { values: [{ email, is_primary: true, is_confirmed: true, type: "email" }], pagelen: 100 }),
    ),
  properties: (question) =>
    forPerson(question, ({ userName, id }) =>
      json(200, { version: "9.4.0", displayName: "Bitbucket" }, userHeaders(userName, id)),
    ),
  users: (question) => forPerson(question, (person) => dataCenterUsers(question.asked, person)),
  "request-token": requestToken,
  "access-token": accessToken,
  workspaces: (question) => forRights(question, ownWorkspaces),
  permissions: (question) => forRights(question, (rights) => ownPermissions(question.asked, rights)),
  repositories: (question) => forRights(question, (rights) => repositoriesOf(question.asked, rights)),
  projects: (question) => forRights(question, (rights) => projectsOf(question.asked, rights)),
  repos: (question) => forRights(question, (rights) => reposOf(question.asked, rights)),
  other: () => json(404, { type: "error", error: { message: "Resource not found" } }),
};

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}

/** Sends the browser back at once, as if the person had clicked. */
function grant({ asked, books, approver }: Question): Reply {
  const { searchParams } = asked.url;
  const client = books.clients.find(({ id }) => id === searchParams.get("client_id"));
  const redirectUri = searchParams.get("redirect_uri") ?? "";
  if (client === undefined || !URL.canParse(redirectUri)) return { status: 400, body: "unknown client" };
  const code = books.issueCode({
    person: whoGrants(asked, approver),
    client,
    redirectUri,
    challenge: searchParams.get("code_challenge"),
    scope: searchParams.get("scope") ?? "account email",
  });
  const back = new URL(redirectUri);
  back.searchParams.set("code", code);
  const state = searchParams.get("state");
  if (state !== null) back.searchParams.set("state", state);
  return { status: 302, headers: { location: back.href } };
}

function whoGrants({ headers }: Asked, approver: PersonName): PersonName {
  const said = String(headers["x-person"] ?? "");
  return isPersonName(said) ? said : approver;
}

function exchange({ asked, books, rules }: Question): Reply {
  const { form } = asked;
  const client = clientOf(asked, books.clients);
  if (client === null) return json(401, { error: "invalid_client", error_description: "Unknown client" });
  if (form.get("grant_type") === "refresh_token") return json(400, { error: "invalid_grant" });
  const found = books.codes.get(form.get("code") ?? "");
  const isGood =
    found !== undefined &&
    found.client.id === client.id &&
    !(found.isSpent && rules.codesOnce) &&
    (found.redirectUri === "" || found.redirectUri === form.get("redirect_uri")) &&
    (!rules.enforcePkce || challengeOf(form.get("code_verifier")) === found.challenge);
  if (!isGood) return json(400, { error: "invalid_grant", error_description: "The code is not valid" });
  found.isSpent = true;
  return json(200, {
    access_token: books.issueToken(found.person),
    refresh_token: books.mint("refresh"),
    token_type: "bearer",
    expires_in: 7200,
    scope: found.scope,
  });
}

function challengeOf(verifier: string | null): string | null {
  return verifier === null ? null : createHash("sha256").update(verifier).digest("base64url");
}

/** By HTTP Basic (Cloud) or in the body (Data Center). */
function clientOf({ headers, form }: Asked, clients: readonly Client[]): Client | null {
  const basic = /^Basic (.+)$/.exec(headers.authorization ?? "")?.[1];
  const [id, secret] =
    basic === undefined
      ? [form.get("client_id"), form.get("client_secret")]
      : Buffer.from(basic, "base64")
          .toString()
          .split(/:(.*)/)
          .map((half) => decodeURIComponent(half.replaceAll("+", "%20")));
  return clients.find((client) => client.id === id && client.secret === secret) ?? null;
}

function forPerson({ asked, books, people }: Question, tell: (person: Person) => Reply): Reply {
  const authorization = asked.headers.authorization ?? "";
  const token =
    /^Bearer (.+)$/.exec(authorization)?.[1] ?? /oauth_token="([^"]+)"/.exec(authorization)?.[1] ?? "";
  const name = books.tokens.get(decodeURIComponent(token));
  return name === undefined ? json(401, { type: "error", error: { message: "No" } }) : tell(people[name]);
}

function forRights(question: Question, tell: (rights: readonly Right[]) => Reply): Reply {
  return forPerson(question, ({ name }) => tell(question.rights[name]));
}

/** As `GET /2.0/user` tells of a person. */
export function cloudUser({ uuid, displayName, userName, id }: Person): Record<string, unknown> {
  return {
    type: "user",
    uuid,
    account_id: `557058:${id}`,
    display_name: displayName,
    nickname: userName,
    username: userName,
    links: { avatar: { href: "https://avatars.example/a.png" }, html: { href: "https://bitbucket.org/x/" } },
  };
}

/** As Data Center tells of a person. */
export function dataCenterUser({ id, userName, displayName, email }: Person): Record<string, unknown> {
  return {
    id,
    name: userName,
    slug: userName,
    displayName,
    emailAddress: email,
    active: true,
    type: "NORMAL",
    links: { self: [{ href: `https://bitbucket.example/users/${userName}` }] },
  };
}

function userHeaders(userName: string, id: number): Record<string, string> {
  return { "x-ausername": encodeURIComponent(userName), "x-auserid": String(id) };
}

function dataCenterUsers({ url }: Asked, person: Person): Reply {
  const slug = /\/users\/([^/]+)$/.exec(url.pathname)?.[1];
  const headers = userHeaders(person.userName, person.id);
  if (slug === undefined)
    return json(200, { values: [dataCenterUser(person)], isLastPage: true, start: 0, size: 1 }, headers);
  if (decodeURIComponent(slug) === person.userName) return json(200, dataCenterUser(person), headers);
  return json(404, { errors: [{ message: "No such user" }] }, headers);
}

/** RFC 5849 section 2.1, the signature believed. */
function requestToken({ asked, books }: Question): Reply {
  const header = `${asked.headers.authorization ?? ""} ${asked.body} ${asked.url.search}`;
  const callback = /oauth_callback="?([^"&\s,]+)/.exec(header)?.[1] ?? "";
  const token = books.mint("request");
  books.requestTokens.set(token, { callback: decodeURIComponent(callback), person: null });
  return formAnswer({
    oauth_token: token,
    oauth_token_secret: books.mint("secret"),
    oauth_callback_confirmed: "true",
  });
}

/** Section 2.2. */
function grantOldStyle({ asked, books, approver }: Question): Reply {
  const token = asked.url.searchParams.get("oauth_token") ?? "";
  const known = books.requestTokens.get(token);
  if (known === undefined) return { status: 400, body: "unknown token" };
  known.person = whoGrants(asked, approver);
  const back = new URL(known.callback);
  back.searchParams.set("oauth_token", token);
  back.searchParams.set("oauth_verifier", books.mint("verifier"));
  return { status: 302, headers: { location: back.href } };
}

/** Section 2.3. */
function accessToken({ asked, books }: Question): Reply {
  const header = `${asked.headers.authorization ?? ""}&${asked.body}`;
  const token = decodeURIComponent(/oauth_token="?([^"&\s,]+)/.exec(header)?.[1] ?? "");
  const person = books.requestTokens.get(token)?.person ?? null;
  if (person === null) return { status: 401, body: "oauth_problem=token_rejected" };
  books.requestTokens.delete(token);
  return formAnswer({
    oauth_token: books.issueToken(person),
    oauth_token_secret: books.mint("secret"),
    oauth_expires_in: "157680000",
    oauth_session_handle: books.mint("session"),
    oauth_authorization_expires_in: "160272000",
  });
}

function formAnswer(fields: Record<string, string>): Reply {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return { status: 200, headers, body: new URLSearchParams(fields).toString() };
}
