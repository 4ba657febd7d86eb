import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { baseUrl } from "./rig.ts";
import { expectSafe, idOf, makeProject, openWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const form = (
  fields: Readonly<Record<string, string>>,
  headers: Record<string, string> = {},
): RequestInit => ({
  method: "POST",
  body: new URLSearchParams(fields),
  headers,
});

/** Every route of ours, of John's project where it has one. */
function routes() {
  const { project, connection, analysis } = world;
  return {
    pages: [
      "/",
      "/account",
      project,
      `${project}/delete`,
      `${project}/connect`,
      `${project}/connect/bitbucket`,
      `${connection}/repositories`,
      `${connection}/disconnect`,
      analysis,
    ],
    parts: [`${connection}/repository-list`, `${analysis}/progress`],
    forms: [
      `${project}/rename`,
      `${project}/delete`,
      `${project}/connect/bitbucket`,
      `${connection}/repositories`,
      `${connection}/disconnect`,
      `${connection}/analyses`,
    ],
    api: ["/api/v1/projects", `/api/v1/analyses/${idOf(analysis)}`],
    apiForms: [`/api/v1/connections/${idOf(connection)}/analyses`],
  };
}

describe("somebody else's", () => {
  test("every address of another person's project answers as if it did not exist", async () => {
    const { pages, parts, forms } = routes();
    const own = pages.filter((path) => path.startsWith("/projects/"));
    for (const path of [...own, ...parts]) {
      const seen = await world.jane.ask(path);
      expect([path, seen.status]).toEqual([path, 404]);
      expectSafe(seen);
    }
    const page = await world.jane.open("/");
    for (const path of forms)
      expect([path, (await world.jane.submit(page, path)).status]).toEqual([path, 404]);
    expect((await world.john.open(world.project)).status).toBe(200);
  });

  test("an id below one's own project is not taken for the project's", async () => {
    const own = (await makeProject(world.jane, "Hers")).url.pathname;
    for (const path of [world.connection, world.analysis].map((each) => each.replace(world.project, own))) {
      for (const part of ["", "/repositories", "/repository-list", "/progress", "/disconnect"])
        expect((await world.jane.ask(path + part)).status).toBe(404);
    }
    const page = await world.jane.open(own);
    const again = await world.jane.submit(page, `${own}/connect/bitbucket`, [
      ["connection", idOf(world.connection)],
    ]);
    expect(again.status).toBe(404);
  });

  test("H14: a script is told the same of another person's id and of one that never was", async () => {
    const page = await world.jane.open("/");
    const headers = { "x-csrf-token": /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? "" };
    const answers = [
      await world.jane.ask(`/api/v1/analyses/${idOf(world.analysis)}`),
      await world.jane.ask("/api/v1/analyses/ana_0000000000000000"),
    ];
    const posts = [
      await world.jane.ask(`/api/v1/connections/${idOf(world.connection)}/analyses`, {
        method: "POST",
        headers,
      }),
      await world.jane.ask("/api/v1/connections/con_0000000000000000/analyses", { method: "POST", headers }),
    ];
    for (const [foreign, missing] of [answers, posts]) {
      expect(foreign?.status).toBe(404);
      expect(foreign?.text).toBe(missing?.text);
    }
    expect((await world.jane.ask("/api/v1/projects")).text).not.toContain(idOf(world.project));
  });

  test("nobody signed in sees a page, a part of one, or JSON", async () => {
    const { pages, parts, api } = routes();
    for (const path of pages) {
      const seen = await world.browser().ask(path);
      expect(seen.headers.get("location")).toBe(`/sign-in?returnTo=${encodeURIComponent(path)}`);
      expectSafe(seen);
    }
    for (const path of parts) {
      const headers = { "hx-request": "true", "hx-current-url": `${baseUrl}${world.project}` };
      const seen = await world.browser().ask(path, { headers });
      expect(seen.status).toBe(401);
      expect(seen.headers.get("hx-redirect")).toBe(`/sign-in?returnTo=${encodeURIComponent(world.project)}`);
    }
    for (const path of api) expect((await world.browser().ask(path)).status).toBe(401);
  });

  test("a part of a page does not lead to a foreign address after signing in", async () => {
    const headers = { "hx-request": "true", "hx-current-url": "http://evil.example/x" };
    const seen = await world.browser().ask(`${world.analysis}/progress`, { headers });
    expect(seen.headers.get("hx-redirect")).toBe("/sign-in");
  });
});

describe("A4, D6: forms of another site", () => {
  const name = "planted";
  test.each<[string, () => RequestInit]>([
    ["without a token", () => form({ name })],
    ["with another session's token", () => form({ name, csrf: "x".repeat(43) })],
    [
      "with the token twice",
      () => ({ ...form({}), body: `csrf=${world.csrf}&csrf=${world.csrf}&name=${name}` }),
    ],
    ["from a foreign origin", () => form({ name, csrf: world.csrf }, { origin: "https://evil.example" })],
    ["from a sandbox", () => form({ name, csrf: world.csrf }, { origin: "null" })],
    ["cross-site", () => form({ name, csrf: world.csrf }, { "sec-fetch-site": "cross-site" })],
    ["from a sibling", () => form({ name, csrf: world.csrf }, { "sec-fetch-site": "same-site" })],
    [
      "as plain text",
      () => ({
        method: "POST",
        body: `csrf=${world.csrf}&name=${name}`,
        headers: { "content-type": "text/plain" },
      }),
    ],
    [
      "as JSON",
      () => ({
        method: "POST",
        body: JSON.stringify({ csrf: world.csrf, name }),
        headers: { "content-type": "application/json" },
      }),
    ],
  ])("%s: refused, nothing changed", async (_, init) => {
    const seen = await world.john.ask("/projects", init());
    expect(seen.status).toBe(403);
    expectSafe(seen);
    expect((await world.john.open("/")).text).not.toContain(name);
  });

  test("nobody is signed out, disconnected or deleted from elsewhere", async () => {
    for (const path of ["/auth/logout", ...routes().forms, ...routes().apiForms]) {
      const seen = await world.john.ask(path, form({}, { origin: "https://evil.example" }));
      expect([path, seen.status]).toEqual([path, 403]);
    }
    expect((await world.john.open(`${world.connection}/repositories`)).status).toBe(200);
  });
});

describe("odd requests", () => {
  test("C20: only GET begins or ends a trip, and nothing is used up by the others", async () => {
    const person = world.browser();
    const callback = await person.approve("Jane Roe", "/auth/bitbucket/login");
    for (const method of ["HEAD", "POST", "PUT", "OPTIONS", "DELETE"]) {
      for (const path of [callback, "/auth/bitbucket/login"]) {
        const seen = await person.ask(path, { method });
        expect([method, seen.status]).toEqual([method, 405]);
        expect(seen.headers.getSetCookie()).toEqual([]);
        expectSafe(seen);
      }
    }
    expect((await person.open(callback)).text).toContain("Jane Roe");
  });

  test("a method nobody uses is refused everywhere, before the form is judged", async () => {
    const { pages, parts, forms, api } = routes();
    for (const path of [...pages, ...parts, ...forms, ...api, "/sign-in", "/nowhere"]) {
      for (const method of ["PUT", "PATCH", "DELETE", "OPTIONS"]) {
        const seen = await world.john.ask(path, { method });
        expect([method, path, seen.status]).toEqual([method, path, 405]);
        expect(seen.headers.get("allow")).toContain("GET");
      }
    }
  });

  test("A5: a prefetch, an image or a frame begins no trip", async () => {
    for (const headers of [
      { "sec-purpose": "prefetch" },
      { "sec-fetch-dest": "image" },
      { "sec-fetch-dest": "iframe" },
    ]) {
      const seen = await world.browser().ask("/auth/bitbucket/login", { headers });
      expect(seen.status).toBe(403);
      expect(seen.headers.getSetCookie()).toEqual([]);
      const back = await world.browser().ask("/auth/bitbucket/callback?code=c&state=s", { headers });
      expect(back.status).toBe(403);
    }
  });

  test("A3: ids that are words of JavaScript, paths or bytes are simply not found", async () => {
    const ids = [
      "__proto__",
      "constructor",
      "toString",
      "..%2f..%2fetc",
      "%00",
      "%ff",
      "%",
      "a%0d%0aSet-Cookie:x=y",
      "'%20or%201=1--",
      "x".repeat(5_000),
    ];
    for (const id of ids) {
      for (const path of [
        `/projects/${id}`,
        `/auth/${id}/login`,
        `${world.project}/connect/${id}`,
        `${world.project}/analyses/${id}`,
        `${world.project}/connections/${id}/repositories`,
        `/api/v1/analyses/${id}`,
        `/assets/${id}`,
      ]) {
        const seen = await world.john.ask(path);
        expect([path, seen.status]).toEqual([path, 404]);
        expect(seen.headers.get("set-cookie")).toBeNull();
        expectSafe(seen);
      }
    }
  });

  test.each<[string, RequestInit, number]>([
    ["10 MB", { body: `name=${"a".repeat(10_000_000)}` }, 413],
    ["bytes that are no text", { body: "name=%ff%fe%00" }, 400],
    [
      "a broken multipart form",
      { body: "--x\r\nnonsense", headers: { "content-type": "multipart/form-data; boundary=x" } },
      400,
    ],
    [
      "a multipart form without a boundary",
      { body: "x", headers: { "content-type": "multipart/form-data" } },
      400,
    ],
    ["no name at all", { body: "" }, 400],
  ])("a form of %s is answered with a sentence", async (_, init, status) => {
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "x-csrf-token": world.csrf,
      ...init.headers,
    };
    const seen = await world.john.ask("/projects", { method: "POST", ...init, headers });
    expect(seen.status).toBe(status);
    expectSafe(seen);
  });

  test("a body that does not say its length is cut off all the same", async () => {
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(65_536).fill(97));
        if (sent > 200) controller.close();
      },
    });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const init = { method: "POST", body, duplex: "half", headers } as RequestInit; // `duplex` is in the standard, not in the type
    expect((await world.john.ask("/projects", init)).status).toBe(413);
    expect(sent).toBeLessThan(60);
  });

  test.each([
    ["{bad", 400],
    ["[]", 400],
    ["null", 400],
    ['"x"', 400],
    ['{"error":5}', 400],
    ['{"lookbackDays":1e9}', 400],
    ['{"lookbackDays":"1e2"}', 400],
    ['{"lookbackDays":[30]}', 400],
    ['{"lookbackDays":true}', 400],
    [`{"error":"${"x".repeat(300_000)}"}`, 400],
    ['{"__proto__":{"lookbackDays":0}}', 202],
    ["", 202],
  ])("a script that sends %.30s", async (body, status) => {
    const headers = { "content-type": "application/json", "x-csrf-token": world.csrf };
    const seen = await world.john.ask(routes().apiForms[0] ?? "", { method: "POST", body, headers });
    expect(seen.status).toBe(status);
    expect(JSON.parse(seen.text)).toMatchObject(
      status === 400 ? { error: { message: expect.any(String) } } : { id: expect.any(String) },
    );
    await world.app.analyses.idle();
  });

  test("a page far behind the last one shows the last one", async () => {
    for (const page of ["999999", "-1", "0", "1e9", "NaN", "9".repeat(400), ""]) {
      const seen = await world.john.ask(`${world.analysis}?page=${page}`);
      expect([page, seen.status]).toEqual([page, 200]);
    }
  });

  test("A7: another Host is sent to the right one with the same path, or refused", async () => {
    const ask = (host: string, init: RequestInit = {}) =>
      world.web.fetch(new Request(`${baseUrl}//evil.example/x?y=1`, { ...init, headers: { host } }));
    const seen = await ask("evil.example");
    expect([seen.status, seen.headers.get("location")]).toEqual([307, `${baseUrl}//evil.example/x?y=1`]);
    expect((await ask("evil.example", { method: "POST" })).status).toBe(421);
    const headers = {
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
      forwarded: "host=evil.example",
    };
    const login = await world.browser().ask("/auth/bitbucket/login", { headers });
    const redirectUri = new URL(login.headers.get("location") ?? "").searchParams.get("redirect_uri");
    expect(redirectUri).toBe(`${baseUrl}/auth/bitbucket/callback`);
  });
});
