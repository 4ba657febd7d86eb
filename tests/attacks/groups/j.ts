/** Owns group J of the catalogue: what leaks. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { freePort } from "../../free-port.ts";
import type { CatalogueEntry } from "../case.ts";
import { claimNobody, isRefusal } from "../claims.ts";
import type { Place } from "../place.ts";
import type { Seen, Visitor } from "../visitor.ts";

/** Every sign-in that can go well, and every way one can go wrong that has a secret at hand. Gives what only a browser was told. */
async function liveThrough(place: Place): Promise<readonly string[]> {
  const told: string[] = [];
  const remember = (visitor: Visitor, ...urls: readonly URL[]) =>
    told.push(...visitor.cookies.values(), ...urls.flatMap(({ searchParams }) => longValues(searchParams)));
  for (const instance of ["bitbucket", "dc", "server"]) {
    const visitor = place.visitor();
    const begun = await visitor.begin(instance);
    const callback = await visitor.approve(begun);
    remember(visitor, callback);
    await visitor.ask(callback);
    remember(visitor);
    await visitor.ask(callback);
    await place.visitor().ask(callback);
  }
  for (const [endpoint, status] of [
    ["token", 400],
    ["token", 500],
    ["user", 401],
    ["user", 500],
    ["emails", 403],
  ] as const) {
    place.upstream.answer(endpoint, ({ headers, body }) => ({
      status,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ error: "invalid_grant", error_description: `${headers.authorization} ${body}` }),
    }));
    const visitor = place.visitor();
    const callback = await visitor.approve(await visitor.begin());
    remember(visitor, callback);
    await visitor.ask(callback);
    place.upstream.answer(endpoint, null);
  }
  return told;
}

function longValues(parameters: URLSearchParams): string[] {
  return [...parameters].filter(([name]) => /^(code|state|oauth_)/.test(name)).map(([, value]) => value);
}

/** Parts of a page that are unlike from one answer to the next: the reference, and the moment. */
function plain({ status, text, headers }: Seen): string {
  const { date: _, ratelimit: __, ...others } = headers;
  return JSON.stringify([status, text.replace(/ref_[\w-]{16}/g, "ref_"), others]);
}

/** What a person sees of an answer: where it leads, or what it says. */
function shown({ status, location, text }: Seen): string {
  const said = location === null ? text : location.href;
  return `${status} ${said.replace(/ref_[\w-]{16}/g, "ref_")}`;
}

/** A callback of a trip begun in another browser. */
async function strangers(place: Place): Promise<URL> {
  const stranger = place.visitor();
  return stranger.approve(await stranger.begin(), "bystander");
}

function neverBegun(place: Place): URL {
  const query = new URLSearchParams({ code: "c".repeat(43), state: "s".repeat(43) });
  return new URL(`${place.routes.callback(place.instance)}?${query}`, place.origin);
}

/** Milliseconds, the median of so many of each, asked in turn so that a busy moment strikes both. */
async function medians(times: number, ...asks: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const taken = asks.map((): number[] => []);
  for (let index = 0; index < times; index += 1) {
    for (const [at, ask] of asks.entries()) {
      const begun = performance.now();
      await ask();
      taken[at]?.push(performance.now() - begun);
    }
  }
  return taken.map((all) => all.sort((a, b) => a - b)[Math.floor(times / 2)] ?? 0);
}

const server: readonly CatalogueEntry[] = [
  {
    id: "J1",
    title:
      "No code, state, verifier, token, cookie or client secret in any log, answer, metric, or in clear in the database.",
    inside: true,
    instances: true,
    patience: 40_000,
    async run(place) {
      const port = await freePort();
      const own = await place.fresh({ config: () => ({ metrics: { port } }) });
      const told = await liveThrough(own);
      const issued = Object.values(own.upstreams).flatMap((each) => each.secrets());
      const metrics = createAsk(port);
      const places = {
        "the log": await own.inside.log(),
        "an answer": own.answers.map(({ text }) => text).join("\n"),
        "the database": own.inside.databaseBytes().toString("latin1"),
        metrics: `${await metrics("/metrics")}${await metrics("/health")}`,
      };
      assert.ok(places["the log"].includes("request.failed"), "nothing was logged");
      assert.ok(places.metrics.includes("windlass"), "there are no metrics");
      for (const secret of new Set([...issued, ...told].filter((each) => each.length > 15))) {
        const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64url")];
        for (const [where, text] of Object.entries(places))
          for (const form of forms) assert.ok(!text.includes(form), `${where} holds ${secret.slice(0, 12)}…`);
      }
    },
  },
  {
    id: "J2",
    title: "A state or a session that exists takes no longer to be refused than one that never did.",
    inside: true,
    patience: 60_000,
    async run(place) {
      const stolen = await strangers(place);
      const signedIn = place.visitor();
      await signedIn.signIn();
      const [name = "", value = ""] = [...signedIn.cookies].find(([each]) => each.endsWith("session")) ?? [];
      const near = value.slice(0, -1) + (value.endsWith("A") ? "B" : "A");
      const asking = (cookie: string) => () =>
        place.visitor().ask(place.routes.session, { cookie: `${name}=${cookie}` });
      // A machine that does other things too is given a second and a third chance; a check that takes longer takes it each time.
      for (let round = 1; ; round += 1) {
        const differences = await Promise.all([
          medians(
            80,
            () => place.visitor().ask(stolen),
            () => place.visitor().ask(neverBegun(place)),
          ),
          medians(80, asking(near), asking("z".repeat(value.length))),
        ]);
        const slowest = Math.max(...differences.map(([one = 0, other = 0]) => Math.abs(one - other)));
        if (slowest < 3) return;
        assert.ok(round < 3, `one is told from the other by ${slowest.toFixed(1)} ms`);
      }
    },
  },
  {
    id: "J3",
    title: "A state of another browser, a used one and one that never was are refused in the same words.",
    async run(place) {
      const used = await strangers(place);
      const own = place.visitor();
      const ownUsed = await own.approve(await own.begin());
      await own.ask(ownUsed);
      const answers: Seen[] = [];
      for (const url of [used, ownUsed, neverBegun(place)]) {
        const visitor = place.visitor();
        await visitor.ask(place.routes.login(place.instance));
        const seen = await visitor.ask(url);
        const isNo = place.isForeign || isRefusal(seen) || seen.status === 303;
        assert.ok(isNo, `answered with ${seen.status}`);
        await claimNobody(visitor);
        answers.push(seen);
      }
      const told = place.isForeign ? answers.map(shown) : answers.map(plain);
      assert.equal(new Set(told).size, 1, `the answers differ: ${told.join(" | ").slice(0, 400)}`);
    },
  },
];

const browser: readonly CatalogueEntry[] = [
  {
    id: "J4",
    title:
      "No code and no state in a Referer, in the browser's history, in its stores or in a service worker.",
    browser: true,
    inside: true,
    patience: 60_000,
    async run(place) {
      const context = await (await place.chromium()).newContext();
      try {
        const page = await context.newPage();
        const referers: Promise<string>[] = [];
        page.on("request", (request) =>
          referers.push(
            request.allHeaders().then(
              (headers) => headers.referer ?? "",
              () => "",
            ),
          ),
        );
        await page.goto(`${place.origin}/sign-in?returnTo=/account`);
        await page
          .locator(`a[href^="${place.routes.login("bitbucket")}"]`)
          .first()
          .click();
        await page.waitForURL(`${place.origin}/account`);
        await claimCleanHistory(page);
        const { searchParams } = neverBegun(place);
        await page.goto(`${place.origin}${place.routes.callback("bitbucket")}?${searchParams}`);
        await page.locator(".failure a").first().click();
        await page.waitForLoadState();
        await claimCleanHistory(page);
        const leads = [
          ...(await Promise.all(referers)),
          ...place.upstream.asked.map(({ headers }) => headers.referer ?? ""),
        ];
        for (const referer of leads) assert.doesNotMatch(referer, /[?&](code|state)=/);
        // Which way in was taken last, and nothing else.
        const kept = { "windlass:last-way": "bitbucket:bitbucket" };
        assert.deepEqual(await page.evaluate(stores), { workers: 0, caches: 0, kept });
      } finally {
        await context.close();
      }
    },
  },
  {
    id: "J5",
    title:
      "What the browser loads has no source map and no secret, and nothing else can be loaded beside it.",
    inside: true,
    async run(place) {
      const visitor = place.visitor();
      const page = await visitor.ask("/sign-in");
      const loaded = [...page.text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(
        ([, path = ""]) => path,
      );
      assert.ok(loaded.length >= 3, "the page loads nothing");
      const secrets = Object.values(place.upstreams).flatMap(({ clients }) =>
        clients.flatMap(({ id, secret }) => [id, secret]),
      );
      for (const path of loaded) {
        const seen = await visitor.ask(path);
        assert.equal(seen.status, 200, path);
        assert.doesNotMatch(seen.text, /sourceMappingURL|-----BEGIN|wlk_[\w-]{20}/, path);
        assert.equal(seen.headers.sourcemap ?? seen.headers["x-sourcemap"], undefined, path);
        for (const secret of secrets)
          assert.ok(!seen.text.includes(secret), `${path} holds a client's secret`);
        assert.equal((await visitor.ask(`${path}.map`)).status, 404, `${path}.map`);
      }
      for (const path of [
        "/assets/",
        "/assets/../package.json",
        "/assets/%2e%2e%2fwindlass.yaml",
        "/assets/..%5cwindlass.db",
        "/assets/__proto__",
        "/assets/constructor",
        "/.env",
        "/windlass.yaml",
        "/package.json",
        "/.git/config",
      ]) {
        const seen = await place.visitor().ask(path);
        assert.ok(seen.status === 404 || seen.status === 303, `${path} is answered with ${seen.status}`);
      }
    },
  },
];

const stores = `(async () => ({
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  caches: (await caches.keys()).length,
  kept: { ...localStorage, ...sessionStorage },
}))()`;

async function claimCleanHistory(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { entries } = await session.send("Page.getNavigationHistory");
  const own = entries.map(({ url }) => url);
  for (const url of own) assert.doesNotMatch(url, /[?&](code|state)=/, "the history keeps it");
  await session.detach();
}

/** The listener for operators has no login, and answers on this machine alone. */
function createAsk(port: number) {
  return async (path: string): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return answer.text();
  };
}

export const groupJ: readonly CatalogueEntry[] = [...server, ...browser];
