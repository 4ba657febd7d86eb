/** Owns the part of group D about a session's end: by its person, by others, by forgery, and while the store is down. */
import assert from "node:assert/strict";
import type { CatalogueEntry } from "../case.ts";
import type { Place } from "../place.ts";
import type { Ask, Visitor } from "../visitor.ts";
import {
  claimDeadWithin,
  cookieHeader,
  csrfOf,
  post,
  signedIn,
  whoHas,
  withAdmins,
  withBrokenStore,
} from "./session-tools.ts";

/** Everything of ours that ends something of a person's. */
const endings = [
  "/auth/logout",
  "/account/sessions/end",
  "/account/sessions/end-others",
  "/account/unlink",
  "/admin/sessions/end",
  "/api/v1/sessions/end-others",
  "/api/v1/sessions/ses_0000000000000000/end",
  "/api/v1/account/unlink",
  "/api/v1/admin/sessions/ses_0000000000000000/end",
  "/api/v1/admin/users/usr_0000000000000000/sessions/end",
  "/projects/prj_0000000000000000/delete",
  "/projects/prj_0000000000000000/connections/con_0000000000000000/disconnect",
] as const;

/** As a foreign page's forms, scripts and links arrive, once the cookie has been made to come along. */
function forgeries(csrf: string): readonly (readonly [string, Ask])[] {
  const form = (headers: Record<string, string>, fields: Record<string, string> = {}): Ask => ({
    method: "POST",
    headers,
    body: new URLSearchParams({ session: "ses_0000000000000000", ...fields }),
  });
  return [
    ["a form without a token", form({})],
    ["a foreign form with the token", form({ origin: "https://evil.example" }, { csrf })],
    ["a form from a sandbox", form({ origin: "null" }, { csrf })],
    ["a cross-site form", form({ "sec-fetch-site": "cross-site" }, { csrf })],
    ["a sibling's form", form({ "sec-fetch-site": "same-site" }, { csrf })],
    ["a made-up token", form({}, { csrf: "x".repeat(43) })],
    ["plain text", { method: "POST", headers: { "content-type": "text/plain" }, body: `csrf=${csrf}` }],
    [
      "JSON",
      { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ csrf }) },
    ],
    ["a link", { method: "GET", headers: { "sec-fetch-site": "cross-site" } }],
  ];
}

async function claimForgeriesRefused(place: Place, visitor: Visitor, witness: string): Promise<void> {
  const csrf = await csrfOf(place, visitor);
  for (const path of endings) {
    for (const [what, ask] of forgeries(csrf)) {
      const seen = await visitor.ask(path, ask);
      // A page that asks first is shown to whoever follows a link: it ends nothing.
      const isHarmless = ask.method === "GET" && seen.status < 400;
      assert.ok(isHarmless || [403, 404, 405].includes(seen.status), `${what} to ${path}: ${seen.status}`);
      assert.equal(await visitor.whoIsSignedIn(), "victim", `${what} to ${path} signed the victim out`);
    }
  }
  assert.equal(await whoHas(place, witness), "victim", "another session of the victim's was ended");
}

export const sessionEnds: readonly CatalogueEntry[] = [
  {
    id: "D2",
    title: "After signing out a copied cookie is dead: here at once, in every other process within a second.",
    inside: true,
    patience: 30_000,
    async run(place) {
      const { visitor, name, value } = await signedIn(place);
      const copy = `${name}=${value}`;
      const beside = await place.beside();
      assert.equal(await whoHas(beside, copy), "victim", "the second process does not know the session");
      const page = await visitor.ask("/account");
      assert.match(String(page.headers["cache-control"]), /no-store/, "the back button shows the page");
      await post(place, visitor, "/auth/logout");
      const signedOut = performance.now();
      assert.equal(await whoHas(place, copy), null, "the copied cookie still opens a session");
      await claimDeadWithin(beside, copy, 1_000 - (performance.now() - signedOut));
      const again = await visitor.ask("/account", { cookie: copy });
      assert.equal(again.location?.pathname, "/sign-in", "the account is shown to the copy");
    },
  },
  {
    id: "D6",
    title: "No foreign form, script or link signs anybody out, unlinks, disconnects or ends sessions.",
    inside: true,
    browser: true,
    needs: withAdmins("victim"),
    patience: 60_000,
    async run(place) {
      const { value, name } = await signedIn(place);
      const { visitor } = await signedIn(place);
      await visitor.ask("/admin/sessions");
      await claimForgeriesRefused(place, visitor, `${name}=${value}`);
      const { main } = place.upstreams;
      main.answer("other", () => ({
        status: 200,
        headers: { "content-type": "text/html" },
        body: `<form method="post" action="${place.origin}/auth/logout"><button>Win a prize</button></form>`,
      }));
      const context = await (await place.chromium()).newContext();
      try {
        const domain = new URL(place.origin).hostname;
        const cookies = [...visitor.cookies].map(([each, own]) => ({ name: each, value: own }));
        const rest = { domain, path: "/", secure: true, httpOnly: true, sameSite: "Lax" } as const;
        await context.addCookies(cookies.map((each) => ({ ...each, ...rest })));
        const page = await context.newPage();
        await page.goto(place.origin + place.routes.session);
        assert.ok((await page.content()).includes("Vera"), "the browser has no session to lose");
        await page.goto(`http://127.0.0.1:${new URL(main.origin).port}/prize`);
        await page.getByRole("button").click();
        await page.waitForLoadState();
        assert.equal(await visitor.whoIsSignedIn(), "victim", "a form of another site signed the victim out");
      } finally {
        await context.close();
      }
    },
  },
  {
    id: "D7",
    title: "Of requests that race to renew a session all are served, and one successor is made.",
    inside: true,
    needs: withAdmins("victim"),
    patience: 30_000,
    async run(place) {
      const { visitor } = await signedIn(place);
      const cookie = cookieHeader(visitor);
      const racers = Array.from({ length: 6 }, (_, at) =>
        place.visitor().ask(at % 2 === 0 ? "/admin/sessions" : "/api/v1/admin/sessions", { cookie }),
      );
      const seen = await Promise.all(racers);
      assert.deepEqual(
        seen.map(({ status }) => status),
        seen.map(() => 200),
      );
      const made = seen.flatMap(({ setCookies }) => setCookies);
      assert.equal(made.length, 1, `${made.length} successors were made`);
      const late = await place.visitor().ask("/admin/sessions", { cookie });
      assert.deepEqual(
        [late.status, late.setCookies.length],
        [200, 0],
        "the former id was given a successor",
      );
      await place.inside.advance(11);
      assert.equal(await whoHas(place, cookie), null, "the former id outlived its moment");
      const successor = /^[^;]+/.exec(made[0] ?? "")?.[0] ?? "";
      assert.equal(await whoHas(place, successor), "victim", "the successor is nobody's");
    },
  },
  {
    id: "D8",
    title:
      "Who must no longer enter is out at an administrator's word: here at once, elsewhere within a second. (Rules that ask Bitbucket again come with group F.)",
    inside: true,
    needs: withAdmins("victim"),
    patience: 30_000,
    async run(place) {
      const { name, value } = await signedIn(place, "bystander");
      const { value: second } = await signedIn(place, "bystander");
      const { visitor: admin } = await signedIn(place);
      const beside = await place.beside();
      assert.equal(await whoHas(beside, `${name}=${value}`), "bystander");
      const { text } = await admin.ask("/api/v1/admin/sessions?q=bob");
      const userId = /"user":\{"id":"([^"]+)"/.exec(text)?.[1] ?? "";
      const ended = await post(place, admin, `/api/v1/admin/users/${userId}/sessions/end`);
      const begun = performance.now();
      assert.equal(ended.text, '{"ended":2}');
      for (const token of [value, second])
        assert.equal(await whoHas(place, `${name}=${token}`), null, "the person is still signed in");
      await claimDeadWithin(beside, `${name}=${value}`, 1_000 - (performance.now() - begun));
      assert.equal(await admin.whoIsSignedIn(), "victim", "the administrator was signed out too");
      const { visitor: attacker } = await signedIn(place, "attacker");
      const refused = await post(place, attacker, `/api/v1/admin/users/${userId}/sessions/end`);
      assert.equal(refused.status, 404, "whoever asks may end anybody's sessions");
    },
  },
  {
    id: "D9",
    title: "While the store is down nobody is let in, nobody is signed out, and the answer is 503.",
    inside: true,
    mayBreak: true,
    async run(place) {
      const { visitor, name, value } = await signedIn(place);
      await withBrokenStore(place, async () => {
        for (const path of ["/auth/session", "/", "/account", "/api/v1/projects", "/auth/bitbucket/login"]) {
          for (const token of ["a".repeat(43), value]) {
            const seen = await visitor.ask(path, { cookie: `${name}=${token}` });
            assert.equal(seen.status, 503, `${path} is answered with ${seen.status}`);
            assert.deepEqual(seen.setCookies, [], `${path} sets a cookie`);
            assert.ok(!seen.text.includes('"user":null'), `${path} says that nobody is signed in`);
          }
        }
      });
      assert.equal(await visitor.whoIsSignedIn(), "victim", "the victim was signed out");
    },
  },
];
