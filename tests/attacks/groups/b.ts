/** Owns group B of the catalogue: attacks by the address a person is sent to after signing in. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { CatalogueEntry } from "../case.ts";
import { isRefusal, leadsAway } from "../claims.ts";
import { inTurns } from "../in-turns.ts";
import type { Place } from "../place.ts";
import type { Seen } from "../visitor.ts";

const slashes = [
  "//evil.example",
  "///evil.example",
  "////evil.example",
  "/\\evil.example",
  "\\/evil.example",
  "\\\\evil.example",
  "/%5Cevil.example",
  "/%2F/evil.example",
  "/%2f%2fevil.example",
  "%2f%2fevil.example",
  "%252f%252fevil.example",
  "/%252f%252fevil.example",
  "/%25252f%25252fevil.example",
  "/%09/evil.example",
];
const controls = [
  "/\t/evil.example",
  "/\r/evil.example",
  "/\n/evil.example",
  "/\0/evil.example",
  "/\u000b/evil.example",
  "/\u2028/evil.example",
  " //evil.example",
  "\t//evil.example",
  "/ /evil.example",
  "/\r\nLocation: https://evil.example",
  "/\r\nSet-Cookie: planted=1",
];
const schemes = [
  "https:evil.example",
  "https:/evil.example",
  "https://evil.example",
  "https:///evil.example",
  "http:/\\evil.example",
  "HTTPS://EVIL.EXAMPLE",
  "javascript:alert(1)",
  "java\tscript:alert(1)",
  "JavaScript:alert(1)//",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:msgbox(1)",
  "blob:https://evil.example/1",
  "view-source:https://evil.example",
  "file:///etc/passwd",
];
const dotted = [
  "/.//evil.example",
  "/..//evil.example",
  "/x/..//evil.example",
  "/%2e//evil.example",
  "/./\\evil.example",
];

/** Around the server's own name; `APP` stands for its host. */
function homographs({ origin }: Place): readonly string[] {
  const { host, hostname, protocol } = new URL(origin);
  return [
    `${protocol}//${host}@evil.example`,
    `${protocol}//${host}.evil.example`,
    `https://evil.example#@${host}`,
    `https://evil.example?@${host}`,
    `https://${host}:443@evil.example`,
    `${protocol}//${host}%00.evil.example`,
    `${protocol}//${hostname}。evil.example`,
    `${protocol}//${hostname}.:1/`,
    `${protocol}//${hostname}:1/`,
    `${protocol === "https:" ? "http:" : "https:"}//${host}/`,
    `${protocol}//${hostname.replace("o", "о")}/`,
    `//${host}@evil.example`,
  ];
}

/** A path of the server's own, as a browser reads it, and as nobody can read it otherwise. */
function claimOwn(place: Place, seen: Seen, what: string): void {
  const { location } = seen.headers;
  assert.ok(place.isForeign || seen.status < 500, `${what}: ${seen.status}`);
  assert.equal(seen.headers["set-cookie"]?.some((line) => line.startsWith("planted")) ?? false, false, what);
  if (location === undefined) return;
  const url = URL.parse(location, place.origin);
  assert.equal(url?.origin, place.origin, `${what} leads to ${location}`);
  // Where a browser goes is all that is asked of somebody else's server.
  if (place.isForeign) return;
  assert.ok(!/[^\x21-\x7e]/.test(location), `${what}: ${JSON.stringify(location)}`);
  assert.ok(!url?.pathname.startsWith("//"), `${what} is read as ${url?.pathname}`);
  const path = location.startsWith(place.origin) ? location.slice(place.origin.length) : location;
  let decoded = path;
  for (let round = 0; round < 4; round += 1) {
    assert.ok(!/^[/\\]{2}|^\/[\\]|^$/.test(decoded), `${what} leads to ${location}`);
    decoded = decodedOnce(decoded);
  }
}

function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** To Bitbucket and back with this return address, percent-encoded as it has to be. */
async function travel(place: Place, returnTo: string, what = returnTo): Promise<Seen> {
  const visitor = place.visitor();
  const started = await visitor.start(place.instance, returnTo.isWellFormed() ? returnTo : "/");
  if (started.location === null || started.location.origin === place.origin) {
    claimOwn(place, started, `the start with ${JSON.stringify(what)}`);
    return started;
  }
  const seen = await visitor.ask(await visitor.approve(started.location));
  claimOwn(place, seen, JSON.stringify(what).slice(0, 200));
  return seen;
}

/** The same, put into the address as it stands. */
async function travelRaw(place: Place, query: string): Promise<Seen> {
  const visitor = place.visitor();
  const started = await visitor.ask(`${place.routes.login(place.instance)}?${query}`);
  assert.ok(place.isForeign || started.status < 500, `${query.slice(0, 100)}: ${started.status}`);
  if (started.location === null || started.location.origin === place.origin) return started;
  const seen = await visitor.ask(await visitor.approve(started.location));
  claimOwn(place, seen, query.slice(0, 200));
  return seen;
}

async function tryAll(place: Place, addresses: readonly string[]): Promise<void> {
  await inTurns(addresses, 6, async (address) => {
    await travel(place, address);
    if (/^[\x21\x24-\x25\x27-\x7e]*$/.test(address)) await travelRaw(place, `returnTo=${address}`);
  });
}

/** A honest address is still taken: otherwise nothing was tried. */
async function claimHonest(place: Place): Promise<void> {
  const seen = await travel(place, "/account?tab=1#top");
  assert.ok(
    seen.location?.pathname.startsWith("/account"),
    `a path of its own is not taken: ${seen.location}`,
  );
}

export const groupB: readonly CatalogueEntry[] = [
  {
    id: "B1",
    title: "Two slashes in any writing do not lead away, at the start and at use.",
    async run(place) {
      await tryAll(place, slashes);
      await claimHonest(place);
      if (!place.isForeign) await claimCheckedAtUse(place);
    },
  },
  {
    id: "B2",
    title: "Control characters and spaces do not hide where an address leads, nor end a header.",
    run: (place) => tryAll(place, controls),
  },
  {
    id: "B3",
    title: "No other scheme is followed, however it is written.",
    run: (place) => tryAll(place, schemes),
  },
  {
    id: "B4",
    title: "Nothing that only looks like the server's own name is taken for it.",
    run: (place) => tryAll(place, homographs(place)),
  },
  {
    id: "B5",
    title: "Dots are gone through first: what is left has one slash in front.",
    run: (place) => tryAll(place, dotted),
  },
  {
    id: "B6",
    title: "Repeated, as an array, of 12 KB, or of bytes that are no text: the start page, never a failure.",
    async run(place) {
      const name = "returnTo";
      const queries = [
        `${name}=/account&${name}=//evil.example`,
        `${name}=//evil.example&${name}=/account`,
        `${name}[]=//evil.example`,
        `${name}[0]=//evil.example`,
        `${name}[a]=//evil.example`,
        `${name}=%ff%fe%2f%2fevil.example`,
        `${name}=%ed%a0%80//evil.example`,
        `${name}=/%ed%a0%80`,
        `${name}=/%c0%af/evil.example`,
        `${name}=/${"a".repeat(12_000)}`,
        `${name}=/${"%2f".repeat(3_000)}evil.example`,
        `${name}=`,
        name,
      ];
      for (const query of queries) await travelRaw(place, query);
      const huge = await place
        .visitor()
        .ask(`${place.routes.login(place.instance)}?${name}=/${"a".repeat(100_000)}`);
      assert.ok(isRefusal(huge), `100 KB: ${huge.status}`);
    },
  },
  {
    id: "B7",
    title: "The ways in and out are not returned to: nothing loops, and nobody is signed out.",
    async run(place) {
      const { login, callback, logout } = place.routes;
      const ways = [login(place.instance), callback(place.instance), logout ?? "/logout", "/sign-in"];
      for (const way of [
        ...ways,
        `${callback(place.instance)}?code=x&state=y`,
        `/x/..${login(place.instance)}`,
      ]) {
        const visitor = place.visitor();
        let seen = await visitor.ask(await visitor.approve(await visitor.begin(place.instance, way)));
        for (let hops = 0; seen.location !== null; hops += 1) {
          assert.ok(hops < 5, `${way} loops`);
          assert.equal(seen.location.origin, place.origin, `${way} leads to Bitbucket again`);
          seen = await visitor.ask(seen.location);
        }
        assert.equal(await visitor.whoIsSignedIn(), "victim", `${way}: signed out, or never in`);
      }
    },
  },
  {
    id: "B8",
    title: "A return address belongs to its own flow, and the callback's query cannot change it.",
    async run(place) {
      const visitor = place.visitor();
      const [one, two] = [
        await visitor.approve(await visitor.begin(place.instance, "/account?flow=one")),
        await visitor.approve(await visitor.begin(place.instance, "/account?flow=two")),
      ];
      for (const [callback, flow] of [
        [two, "two"],
        [one, "one"],
      ] as const) {
        callback.searchParams.set("returnTo", "//evil.example");
        const seen = await visitor.ask(callback);
        const ends = seen.location?.searchParams.get("flow");
        // A flow that is lost leads nobody where another was to end.
        const isOwn = ends === flow || (place.isForeign && !ends && !leadsAway(seen, visitor.target));
        assert.ok(isOwn, `${seen.status} ${seen.location}`);
      }
    },
  },
];

/** Whoever can write the database cannot send people away. */
async function claimCheckedAtUse(place: Place): Promise<void> {
  const visitor = place.visitor();
  const callback = await visitor.approve(await visitor.begin());
  const database = new DatabaseSync(place.inside.databaseFile);
  try {
    database.exec("pragma busy_timeout = 5000; update handshakes set return_to = '//evil.example'");
  } finally {
    database.close();
  }
  claimOwn(place, await visitor.ask(callback), "an address changed in the database");
  assert.equal(await visitor.whoIsSignedIn(), "victim");
}
