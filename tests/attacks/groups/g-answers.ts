/** Owns the part of group G that is about what a hostile server says: bodies, tokens, times to wait, headers, secrets sent back. */
import assert from "node:assert/strict";
import type { CatalogueEntry } from "../case.ts";
import { claimNobody, claimWithout } from "../claims.ts";
import type { Place } from "../place.ts";
import type { Answering, Endpoint, Reply } from "../upstream.ts";
import type { Seen, Visitor } from "../visitor.ts";

const json = { "content-type": "application/json" };
const reply = (body: string | Buffer, status = 200): Reply => ({ status, headers: json, body });

/** A sign-in in which that endpoint gives this answer. */
async function signInWith(
  place: Place,
  endpoint: Endpoint,
  answering: Answering,
): Promise<{ readonly visitor: Visitor; readonly seen: Seen }> {
  place.upstream.answer(endpoint, answering);
  try {
    const visitor = place.visitor();
    const callback = await visitor.approve(await visitor.begin());
    return { visitor, seen: await visitor.ask(callback) };
  } finally {
    place.upstream.answer(endpoint, null);
  }
}

/** Nobody is signed in, and the person is told with a status that says whose fault it is. */
async function claimHeld(
  place: Place,
  endpoint: Endpoint,
  answering: Answering,
  what: string,
): Promise<Seen> {
  const { visitor, seen } = await signInWith(place, endpoint, answering);
  const isForeseen = place.isForeign || (seen.status >= 400 && seen.status !== 500);
  assert.ok(isForeseen, `${what}: ${seen.status}`);
  await claimNobody(visitor, what);
  return seen;
}

async function claimSignsIn(
  place: Place,
  endpoint: Endpoint,
  answering: Answering,
  what: string,
): Promise<void> {
  const { visitor, seen } = await signInWith(place, endpoint, answering);
  const who = await visitor.whoIsSignedIn();
  // Somebody else's server may be stricter: then nobody is.
  const isWell = who === "victim" || (who === null && place.isForeign);
  assert.ok(isWell, `${what}: ${seen.status}, as ${who}`);
}

/** The honest answer with these fields in place of its own; undefined takes one away. */
function changed(fields: Readonly<Record<string, unknown>>): Answering {
  return (_, honest) => {
    const { body } = honest();
    return reply(JSON.stringify({ ...JSON.parse(String(body)), ...fields }));
  };
}

/** The honest answer's text, changed. */
function rewritten(change: (text: string) => string | Buffer): Answering {
  return (_, honest) => reply(change(String(honest().body)));
}

const nonsense: Readonly<Record<string, Answering>> = {
  "a login page": () => ({
    status: 200,
    headers: { "content-type": "text/html" },
    body: "<form>Log in</form>",
  }),
  nothing: () => reply(""),
  "a top-level array": rewritten((text) => `[${text}]`),
  "a top-level text": () => reply('"bearer"'),
  "a number": () => reply("1e999"),
  null: () => reply("null"),
  NaN: rewritten((text) => text.replace("{", '{"n":NaN,')),
  "a comment": rewritten((text) => text.replace("{", "{/**/")),
  "half of it": rewritten((text) => text.slice(0, -4)),
  "something behind it": rewritten((text) => `${text}{}`),
  "ten thousand levels": () => reply("[".repeat(10_000) + "]".repeat(10_000)),
  "an object of ten thousand levels": () => reply(`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`),
  "UTF-16": rewritten((text) => Buffer.from(`\ufeff${text}`, "utf16le")),
};

const byPrototype = {
  access_token: "polluted-polluted-polluted",
  token_type: "bearer",
  expires_in: 7200,
  uuid: "{12345678-1234-1234-1234-123456789012}",
  type: "user",
};

export const answers: readonly CatalogueEntry[] = [
  {
    id: "G9",
    title:
      "An answer that is a page, empty, no JSON, no object, ambiguous, or nested without end ends in a sentence and signs nobody in.",
    patience: 30_000,
    async run(place) {
      for (const endpoint of ["token", "user"] as const)
        for (const [name, answering] of Object.entries(nonsense))
          await claimHeld(place, endpoint, answering, `${endpoint}: ${name}`);
      // JSON with a key twice, or a mark in front, is read by others in good faith.
      if (place.isForeign) return;
      const twice = (key: string, value: string) =>
        rewritten((text) => text.replace("{", `{"${key}":${JSON.stringify(value)},`));
      await claimHeld(place, "token", twice("access_token", "another-token"), "a token twice");
      await claimHeld(place, "token", twice("\\u0061ccess_token", "another-token"), "a token twice, escaped");
      const invalid = Buffer.from([0x22, 0xff, 0xfe, 0x22]);
      const withBytes = (key: string) =>
        rewritten((text) =>
          Buffer.concat([
            Buffer.from(text.slice(0, -1)),
            Buffer.from(`,"${key}":`),
            invalid,
            Buffer.from("}"),
          ]),
        );
      await claimHeld(place, "token", withBytes("access_token"), "invalid UTF-8 as a token");
      // RFC 8259 section 8.1 lets a reader ignore a byte order mark.
      await claimSignsIn(
        place,
        "token",
        rewritten((text) => `\ufeff${text}`),
        "a byte order mark",
      );
    },
  },
  {
    id: "G10",
    title:
      "What stands under __proto__ or constructor is never read as a field, and reaches no other request.",
    async run(place) {
      const held = JSON.stringify(byPrototype);
      for (const text of [
        `{"__proto__":${held}}`,
        `{"constructor":{"prototype":${held}}}`,
        `{"__proto__":{"__proto__":${held}}}`,
      ]) {
        for (const endpoint of ["token", "user"] as const)
          await claimHeld(place, endpoint, () => reply(text), `${endpoint}: ${text.slice(0, 30)}`);
        await claimSignsIn(
          place,
          "token",
          rewritten((honest) => honest.replace("{", `${text.slice(0, -1)},`)),
          "beside",
        );
        await claimSignsIn(place, "emails", () => reply(text), "addresses");
      }
      assert.equal(await place.visitor().whoIsSignedIn(), null, "somebody new is signed in");
    },
  },
  {
    id: "G11",
    title:
      "A token that is no bearer token, missing, or could not be a header is refused; bearer counts in any case.",
    async run(place) {
      const odd = ["", "bearer ", 1, null, undefined, ["bearer"], {}];
      for (const token_type of ["mac", ...(place.isForeign ? [] : ["dpop", ...odd])])
        await claimHeld(place, "token", changed({ token_type }), `token_type ${JSON.stringify(token_type)}`);
      const tokens = [
        "",
        " ",
        "a b",
        "a\r\nX-Evil: 1",
        "a\nb",
        "a\u0000b",
        "tökén",
        "a\u2028",
        7,
        null,
        undefined,
        {},
        ["a"],
        true,
      ];
      for (const access_token of tokens)
        await claimHeld(
          place,
          "token",
          changed({ access_token }),
          `access_token ${JSON.stringify(access_token)}`,
        );
      const asked = place.upstream.count("user");
      assert.ok(place.isForeign || asked === 0, "a profile was asked for with a token like that");
      for (const token_type of ["bearer", "Bearer", "BEARER"])
        await claimSignsIn(place, "token", changed({ token_type }), token_type);
      for (const { rawHeaders } of place.upstream.asked)
        assert.ok(!rawHeaders.join("\n").includes("X-Evil"), "a header was made of a token");
    },
  },
  {
    id: "G12",
    title:
      "A life that is missing, a text, endless, or absurd leaves a sane session; scope and scopes are both understood.",
    async run(place) {
      for (const expires_in of [undefined, null, "7200", 0, 1e99, 1e300, 7200.5, 2 ** 53])
        await claimSignsIn(
          place,
          "token",
          changed({ expires_in }),
          `expires_in ${JSON.stringify(expires_in)}`,
        );
      // A server that keeps no token has no use for its life.
      for (const expires_in of place.isForeign ? [] : [-1, "soon", {}, [7200], true])
        await claimHeld(place, "token", changed({ expires_in }), `expires_in ${JSON.stringify(expires_in)}`);
      for (const scopes of [
        { scope: undefined, scopes: "account email" },
        { scope: "account email", scopes: "admin" },
        { scope: ["account", "email"] },
        { scope: undefined },
        { scope: 7, scopes: null },
      ])
        await claimSignsIn(place, "token", changed(scopes), JSON.stringify(scopes));
    },
  },
  {
    id: "G13",
    title:
      "However Bitbucket says to wait, nobody waits for more than a day, and a code is exchanged once, whatever came back.",
    async run(place) {
      const waits = ["999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "-1", "1e9", "NaN", "soon", "0", "2"];
      for (const status of [429, 500, 502, 503])
        for (const wait of waits) {
          const before = place.upstream.count("token");
          const refusal = {
            status,
            headers: { ...json, "retry-after": wait },
            body: '{"error":"slow_down"}',
          };
          const seen = await claimHeld(place, "token", () => refusal, `${status} ${wait}`);
          assert.equal(
            place.upstream.count("token"),
            before + 1,
            `${status} ${wait}: the code was sent again`,
          );
          const told = Number(seen.headers["retry-after"] ?? 0);
          assert.ok(told >= 0 && told <= 86_400, `${status} ${wait}: told to wait ${told} s`);
        }
      const before = place.upstream.count("token");
      await claimHeld(place, "token", torn, "a torn connection");
      assert.equal(place.upstream.count("token"), before + 1, "the code was sent again");
    },
  },
  {
    id: "G14",
    title:
      "Secrets of ours that a server sends back, in words, headers or broken HTTP, are in no answer and no log.",
    inside: true,
    async run(place) {
      const { upstream } = place;
      const echoes: readonly ((words: string) => Answering)[] = [
        (words) => () => reply(JSON.stringify({ error: "invalid_grant", error_description: words }), 400),
        (words) => () => reply(JSON.stringify({ error: words }), 401),
        (words) => () => reply(words, 400),
        (words) => () =>
          reply(JSON.stringify({ type: "error", error: { message: words, detail: words } }), 403),
        (words) => () => ({
          status: 429,
          headers: { ...json, "x-echo": encodeURIComponent(words), "retry-after": "x" },
        }),
        (words) => (_, __, response) => {
          response.socket?.end(`HTTP/1.1 200 OK\r\n${words}\u0000: x\r\n\r\n`);
          return "answered";
        },
        (words) => (_, __, response) => {
          response.socket?.end(`${words}\r\n\r\n`);
          return "answered";
        },
      ];
      for (const echo of echoes)
        for (const endpoint of ["token", "user"] as const)
          await claimHeld(
            place,
            endpoint,
            (asked, honest, response) => {
              const { authorization = "" } = asked.headers;
              const plain = Buffer.from(authorization.replace(/^Basic /, ""), "base64").toString();
              const words = `${authorization} ${plain} ${asked.body.replaceAll("&", " ")}`;
              return echo(words)(asked, honest, response);
            },
            `${endpoint} echo`,
          );
      const log = await place.inside.log();
      const codes = upstream.asked.flatMap(({ headers, form }) => [
        (headers.authorization ?? "").replace(/^\S+ /, ""),
        form.get("code") ?? "",
        form.get("code_verifier") ?? "",
      ]);
      for (const secret of [...upstream.secrets(), ...codes])
        assert.ok(secret.length < 8 || !log.includes(secret), `the log holds ${secret.slice(0, 8)}…`);
    },
  },
  {
    id: "G15",
    title:
      "No token and no secret stands in an address that is asked, and each request proves itself in one way.",
    inside: true,
    async run(place) {
      await place.visitor().signIn();
      await place.visitor().signIn("dc");
      for (const upstream of [place.upstream, place.upstreams.dc]) {
        for (const { method, path, rawHeaders, form } of upstream.asked) {
          for (const secret of upstream.secrets().filter((each) => !each.startsWith("code-")))
            assert.ok(!path.includes(secret), `${method} ${path} holds a secret`);
          assert.ok(!/[?&](access_token|client_secret|refresh_token|token)=/.test(path), path);
          const logins = rawHeaders.filter((name, at) => at % 2 === 0 && /^authorization$/i.test(name));
          assert.ok(logins.length + form.getAll("client_secret").length <= 1, `${path}: proves itself twice`);
          assert.ok(form.getAll("access_token").length === 0, `${path}: a token in the body`);
        }
        assert.equal(upstream.count("token"), 1);
      }
    },
  },
  {
    id: "G16",
    title: "No header of a hostile server reaches a browser, neither as it is nor split out of a text.",
    async run(place) {
      const evil = {
        "set-cookie": ["evil=1; Path=/", "__Host-windlass-session=evil; Path=/; Secure"],
        link: "<https://evil.example/a.js>; rel=preload",
        refresh: "0; url=https://evil.example/",
        "content-security-policy": "default-src evil.example",
        "access-control-allow-origin": "https://evil.example",
        "x-evil": "evil",
        "clear-site-data": '"cookies"',
      };
      const split = "evil\r\nSet-Cookie: evil=1\r\nX-Evil: evil\r\n\r\n<script>evil</script>";
      const cases: readonly (readonly [Endpoint, Answering])[] = [
        ...(["token", "user", "emails", "probe"] as const).map((endpoint): readonly [Endpoint, Answering] => [
          endpoint,
          (_, honest) => {
            const answer = honest();
            return { ...answer, headers: { ...answer.headers, ...evil } };
          },
        ]),
        ["token", () => reply(JSON.stringify({ error: split, error_description: split }), 400)],
        ["token", () => ({ ...reply("{}", 429), headers: { ...evil, "retry-after": "1, evil" } })],
        ["user", changed({ display_name: split, links: { avatar: { href: split }, html: { href: split } } })],
      ];
      for (const [endpoint, answering] of cases) {
        const { visitor, seen } = await signInWith(place, endpoint, answering);
        for (const page of [seen, await visitor.ask("/"), await visitor.ask(place.routes.session)]) {
          claimNoneOf(place, page, endpoint);
          const isPage = page.headers["content-type"]?.includes("html") ?? false;
          assert.ok(!isPage || !page.text.includes("<script>evil"), `${endpoint}: markup`);
        }
        assert.ok(![...visitor.cookies].some((pair) => pair.join().includes("evil")), "a cookie was planted");
      }
    },
  },
];

/** Somebody else's server may have a text of it, encoded, in the address of its own page. */
function claimNoneOf(place: Place, page: Seen, what: string): void {
  const { location, ...others } = page.headers;
  const isOwn = place.isForeign && page.location?.origin === place.origin;
  claimWithout({ ...page, headers: isOwn ? others : page.headers, text: "" }, ["evil"], what);
}

/** The request was taken; nobody knows what became of it. */
const torn: Answering = (_, __, response) => {
  response.socket?.destroy();
  return "answered";
};
