import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browser, baseUrl } from "./rig.ts";
import { connect, expectSafe, makeProject, openWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

describe("text of others", () => {
  const script = "<script>alert(1)</script>";
  test("HTML in names of projects and people is text", async () => {
    const project = await makeProject(world.jane, script);
    expect(project.status).toBe(200);
    await world.jane.submit(project, `${project.url.pathname}/rename`, [
      ["name", `"><img src=x onerror=alert(1)>`],
    ]);
    for (const path of [
      "/",
      project.url.pathname,
      `${project.url.pathname}/delete`,
      `${project.url.pathname}/connect`,
    ]) {
      const { text } = await world.jane.open(path);
      expect(text).not.toContain("<img src=x");
      expect(text).not.toContain(script);
      expect(text).toMatch(/&lt;img|&quot;&gt;/);
    }
  });
});

describe("nothing typed is lost", () => {
  test("a trace that is too long comes back with the form", async () => {
    const page = await world.john.open(world.project);
    const trace = "    at total (src/cart.js:12:9)\n".repeat(7_000);
    const seen = await world.john.submit(page, `${world.connection}/analyses`, [["errorText", trace]]);
    expect(seen.status).toBe(400);
    expect(seen.text).toContain("longer than 200,000 characters");
    expect(seen.text).toContain(trace.trimEnd().slice(0, 5_000));
  });

  test("the largest trace there may be arrives, whatever its letters", async () => {
    const page = await world.john.open(world.project);
    const seen = await world.john.submit(page, `${world.connection}/analyses`, [
      ["errorText", "漢".repeat(200_000)],
    ]);
    expect(seen.url.pathname).toMatch(/\/analyses\/ana_/);
    await world.app.analyses.idle();
  });

  test.each([
    ["html", 502],
    ["cut", 502],
    ["rate-limit", 503],
  ] as const)("the wizard keeps what was typed when Bitbucket answers with %s", async (kind, status) => {
    const wizard = await world.john.open(`${world.connection}/repositories`);
    world.emulator.control.addFault({ path: "/2.0/*", kind, count: 0 });
    try {
      expect((await world.john.open(wizard.url)).status).toBe(200);
      const typed = "acme/checkout-api\nacme/another-one";
      const saved = await world.john.submit(wizard, wizard.url.pathname, [
        ["text", typed],
        ["lookbackDays", "77"],
      ]);
      expect(saved.status).toBe(status);
      expect(saved.text).toContain(typed);
      expect(saved.text).toContain('value="77"');
      expectSafe(saved);
    } finally {
      world.emulator.control.clearFaults();
    }
  });

  test("a session that ended while somebody typed leads back to the page they were on", async () => {
    const headers = { referer: `${baseUrl}${world.project}` };
    const seen = await world.browser().ask(`${world.connection}/analyses`, { method: "POST", headers });
    expect(seen.headers.get("location")).toBe(`/sign-in?returnTo=${encodeURIComponent(world.project)}`);
  });
});

describe("work that is overtaken", () => {
  const slowly = (path: string) =>
    world.emulator.control.addFault({ path, kind: "delay", delayMilliseconds: 300, count: 0 });
  const begin = async (person: Browser, project: string) => {
    const wizard = await connect(person, project);
    const fields = [
      ["text", "acme/checkout-api"],
      ["lookbackDays", "20"],
      ["do", "run"],
    ] as const;
    slowly("/2.0/repositories/*/commits*");
    return { wizard, run: await person.submit(wizard, wizard.url.pathname, fields) };
  };

  test("a form sent twice begins one run, and disconnecting ends it with a sentence", async () => {
    const project = (await makeProject(world.john, "Overtaken")).url.pathname;
    const { wizard, run } = await begin(world.john, project);
    const connection = wizard.url.pathname.replace(/\/repositories$/, "");
    const again = await world.john.submit(run, `${connection}/analyses`, [["lookbackDays", "20"]]);
    expect(again.url.pathname).toBe(run.url.pathname);
    await world.john.submit(await world.john.open(`${connection}/disconnect`), `${connection}/disconnect`);
    await world.app.analyses.idle();
    world.emulator.control.clearFaults();
    expect((await world.john.open(run.url)).status).toBe(200);
    expect((await world.john.open(project)).text).toContain("Windlass holds no token of it");
  });

  test("a project deleted in the middle takes its run along", async () => {
    const project = (await makeProject(world.john, "Deleted")).url.pathname;
    const { run } = await begin(world.john, project);
    await world.john.submit(await world.john.open(`${project}/delete`), `${project}/delete`);
    await world.app.analyses.idle();
    world.emulator.control.clearFaults();
    expect((await world.john.open(run.url)).status).toBe(404);
    expect(await world.app.ready()).toBe(true);
  });
});
