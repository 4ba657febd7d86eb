import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { openDoor } from "../../src/base/http/door.ts";
import { demoTrace } from "../../src/emulator/demo/demo-repository.ts";
import { buildNastyHistory } from "../histories/nasty.ts";
import type { Browser, Rig, Seen } from "./rig.ts";
import { connect, expectSafe, makeProject, openWorkplace } from "./world.ts";

let rig: Rig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

const script = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`;

/** A door behind which every JSON answer goes through `change` before we see it. */
function doorThrough(change: (value: unknown) => unknown) {
  const fetch = openDoor();
  return async (...request: Parameters<typeof fetch>) => {
    const answer = await fetch(...request);
    const text = await answer.text();
    const { status, headers } = answer;
    if (!headers.get("content-type")?.includes("json")) return new Response(text, { status, headers });
    const body = JSON.stringify(change(JSON.parse(text)));
    return new Response(body, { status, headers: { "content-type": "application/json" } });
  };
}

/** From signing in to the finished analysis, as far as it goes; gives every page on the way. */
async function walk({ app, browser }: Rig, lines = "acme/checkout-api"): Promise<Seen[]> {
  const person = browser();
  const pages = [await person.grant("John Doe", "/auth/bitbucket/login")];
  if (person.cookies().size < 2) return pages;
  const project = (await makeProject(person, "Shop")).url.pathname;
  const wizard = await connect(person, project);
  pages.push(wizard);
  if (wizard.status >= 400) return pages;
  const { pathname } = wizard.url;
  const fields = [
    ["workspace", "acme"],
    ["text", lines],
    ["lookbackDays", "3650"],
    ["do", "save"],
  ] as const;
  pages.push(
    await person.open(pathname),
    await person.open(pathname.replace("repositories", "repository-list")),
  );
  pages.push(await person.submit(wizard, pathname, fields));
  pages.push(
    await person.submit(wizard, pathname.replace("repositories", "analyses"), [["errorText", demoTrace]]),
  );
  const id = pages.at(-1)?.url.pathname.split("/").at(-1) ?? "";
  // One that waits for Bitbucket to be well again is not waited for.
  while (id.startsWith("ana_") && (await app.analyses.get(id)).state === "running")
    await new Promise((resolve) => setTimeout(resolve, 20));
  return [...pages, ...(await look(person, project, pages.at(-1)?.url.pathname ?? "/"))];
}

async function look(person: Browser, project: string, analysis: string): Promise<Seen[]> {
  const paths = [
    "/",
    "/account",
    project,
    analysis,
    `${analysis}?page=2`,
    `/api/v1/analyses/${analysis.split("/").at(-1)}`,
  ];
  return Promise.all(paths.map((path) => person.open(path)));
}

describe("a Bitbucket that means harm", () => {
  test("E16: no text it answers becomes markup anywhere", async () => {
    const names = new Set(["display_name", "nickname", "description", "name", "message", "raw", "title"]);
    const plant = (value: unknown, key = ""): unknown => {
      if (typeof value === "string")
        return names.has(key) ? script : key === "href" ? "javascript:alert(1)" : value;
      if (Array.isArray(value)) return value.map((each) => plant(each));
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plant(each, name)]));
    };
    // `next` is followed only within the API's own origin, so it stays as it is.
    rig = await openWorkplace({ fetch: doorThrough((value) => plant(value)) });
    const pages = await walk(rig);
    expect(pages.length).toBeGreaterThan(8);
    for (const { text, headers } of pages) {
      if (!headers.get("content-type")?.includes("html")) continue;
      expect(text).not.toContain("<script>alert");
      expect(text).not.toContain("<img src=x");
      expect(text).not.toMatch(/(href|src)="javascript:/i);
    }
    expect(pages.some(({ text }) => text.includes("&lt;script&gt;"))).toBe(true);
  });

  test("G9, G10, E7: whatever shape its answers have, there is a sentence and never a defect", async () => {
    let seed = 20261122;
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed / 2 ** 31;
    };
    const deep = JSON.parse("[".repeat(500) + "]".repeat(500)) as unknown; // arrays in arrays
    const junk = [
      null,
      0,
      -1,
      1e308,
      "",
      script,
      "\u0000\ud800\r\n",
      [],
      {},
      [null],
      { toString: 1 },
      true,
      "x".repeat(20_000),
      "9999-99-99",
      deep,
      "../../x",
      "http://169.254.169.254/",
      ["a"],
    ];
    let share = 0;
    const spoil = (value: unknown): unknown => {
      if (random() < share) return junk[Math.floor(random() * junk.length)];
      if (Array.isArray(value)) return value.map(spoil);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, spoil(each)]));
    };
    const defects: unknown[] = [];
    const note = (event: string, facts: unknown) =>
      void (/broken|lost/.test(event) && defects.push(event, facts));
    const log = { info: note, warn: note, error: note };
    rig = await openWorkplace({ fetch: doorThrough(spoil), log });
    for (share of [0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.3])
      for (const page of await walk(rig)) expectSafe(page);
    expect(defects).toEqual([]);
  });

  test.each([
    ["an array that never ends", "[".repeat(200_000)],
    ["a text", '"hello"'],
    ["nothing", ""],
    ["a byte order mark", "\ufeff{}"],
    [
      "keys of every object",
      '{"__proto__":{"uuid":"{1}"},"constructor":{"prototype":{}},"access_token":{"toString":1}}',
    ],
  ])("answers of %s at the token endpoint are refused with a sentence", async (_, body) => {
    const door = openDoor();
    const answer = () => new Response(body, { headers: { "content-type": "application/json" } });
    rig = await openWorkplace({
      fetch: async (url, init) => (url.includes("access_token") ? answer() : door(url, init)),
    });
    const [seen] = await walk(rig);
    expect(seen?.status).toBe(502);
    expect({}).not.toHaveProperty("uuid");
  });

  test("G7: one that never answers is given up on, with a sentence", async () => {
    rig = await openWorkplace({ fetch: openDoor({ deadlineMilliseconds: 200 }) });
    const callback = await rig.browser().approve("John Doe", "/auth/bitbucket/login");
    const person = rig.browser();
    const again = await person.approve("John Doe", "/auth/bitbucket/login");
    expect(callback.href).not.toBe(again.href);
    rig.emulator.control.addFault({
      path: "/site/oauth2/access_token",
      kind: "delay",
      delayMilliseconds: 60_000,
      count: 0,
    });
    const seen = await person.open(again);
    expect(seen.status).toBe(502);
    expect(seen.text).toContain("did not answer in time");
    rig.emulator.clock.advance(60);
  });
});

test("names of people and files in a hostile git history are text on every page", async () => {
  const folder = mkdtempSync(join(tmpdir(), "windlass-nasty-"));
  try {
    await buildNastyHistory(join(folder, "nasty"), { now: new Date() });
    rig = await openWorkplace({
      emulator: { repositories: [{ path: join(folder, "nasty"), workspace: "acme" }] },
    });
    const pages = await walk(rig, "acme/nasty");
    const html = pages
      .slice(0, -1)
      .map(({ text }) => text)
      .join("");
    expect(html).toContain("question?mark#hash&amp;amp;.txt");
    expect(html).not.toContain("hash&amp;.txt");
    for (const page of pages) expectSafe(page);
    expect(JSON.parse(pages.at(-1)?.text ?? "")).toMatchObject({ state: "done" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
