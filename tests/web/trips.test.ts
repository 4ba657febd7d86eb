import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectSafe, makeProject, openWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

describe("trips", () => {
  test("A2: nothing in the start's address changes where the trip leads or what it asks", async () => {
    const evil =
      "state=x&scope=project:admin&redirect_uri=http://evil.example&client_id=z&response_type=token";
    const seen = await world.browser().ask(`/auth/bitbucket/login?${evil}`);
    const { searchParams } = new URL(seen.headers.get("location") ?? "");
    expect(searchParams.get("response_type")).toBe("code");
    expect(searchParams.get("scope")).toBe("account email");
    expect(searchParams.getAll("state")).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
    expect(searchParams.get("client_id")).toBe(world.emulator.consumers[0]?.key);
  });

  test.each([
    ["//evil.example"],
    ["/\\evil.example"],
    ["https://evil.example"],
    ["javascript:alert(1)"],
    ["/.//evil.example"],
    ["/%2F/evil.example"],
    ["%2f%2fevil.example"],
    ["/\t/evil.example"],
    ["/auth/bitbucket/login"],
    ["/\u2028/x"],
    ["x".repeat(100_000)],
  ])("B1–B7: returnTo %.30s leads to our own start page", async (returnTo) => {
    const person = world.browser();
    const start = `/auth/bitbucket/login?returnTo=${encodeURIComponent(returnTo)}`;
    const answer = await person.ask(await person.approve("Jane Roe", start));
    expect(answer.headers.get("location")).toBe("/");
  });

  test("C5, C6: a callback works once, also when it is sent four times at once", async () => {
    const person = world.browser();
    const callback = await person.approve("Jane Roe", "/auth/bitbucket/login");
    const tokenCalls = () => world.emulator.control.requests().filter(({ grant }) => grant !== null).length;
    const before = tokenCalls();
    const answers = await Promise.all(Array.from({ length: 4 }, () => person.ask(callback)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409, 409, 409]);
    expect((await person.ask(callback)).status).toBe(409);
    expect(tokenCalls() - before).toBe(1);
  });

  test("A6: two tabs both arrive, the older one first", async () => {
    const person = world.browser();
    const tabs = [
      await person.approve("Jane Roe", "/auth/bitbucket/login?returnTo=/account"),
      await person.approve("Jane Roe", "/auth/bitbucket/login"),
    ];
    for (const tab of tabs) expect((await person.open(tab)).status).toBe(200);
  });

  test("C1, C2, C15–C17: another browser's, forged and hostile callbacks are refused with our own words", async () => {
    const attacker = world.browser();
    const theirs = await attacker.approve("Jane Roe", "/auth/bitbucket/login");
    const victim = world.browser();
    const own = await victim.approve("John Doe", "/auth/bitbucket/login");
    const script = encodeURIComponent(`<script>alert(1)</script>{{7*7}}\u001b[31m\r\nx: y`);
    const base = "/auth/bitbucket/callback";
    for (const path of [
      theirs.pathname + theirs.search,
      `${base}?code=a`,
      `${base}?code=a&state=`,
      `${base}?state=a&state=b&code=c`,
      `${base}?code[]=a&state=b`,
      `${base}?error=${script}&error_description=${script}&state=${script}`,
      base,
    ]) {
      const seen = await victim.ask(path);
      expect(seen.status).toBeGreaterThanOrEqual(400);
      expect(seen.text).not.toContain("alert(1)");
      expect(seen.headers.get("referrer-policy")).toBe("no-referrer");
      expectSafe(seen);
    }
    expect((await victim.open(own)).text).toContain("John Doe");
  });

  test("E13: a connection begun by one person is not ended by another", async () => {
    const page = await world.john.open(`${world.project}/connect/bitbucket`);
    const callback = await world.john.approve("John Doe", page.url, world.john.form(page, []));
    const cookies = [...world.john.cookies()].filter(([name]) => name.endsWith("browser"));
    const session = [...world.jane.cookies()].filter(([name]) => name.endsWith("session"));
    const cookie = [...cookies, ...session].map(([name, value]) => `${name}=${value}`).join("; ");
    expect((await world.browser().ask(callback, { headers: { cookie } })).status).toBe(403);
    expect((await world.john.open(callback)).url.pathname).toMatch(/\/repositories$/);
  });

  test("a project deleted while Bitbucket is asked is missing, not a defect", async () => {
    const project = (await makeProject(world.john, "Short-lived")).url.pathname;
    const page = await world.john.open(`${project}/connect/bitbucket`);
    const callback = await world.john.approve("John Doe", page.url, world.john.form(page, []));
    world.emulator.control.addFault({ path: "/2.0/user", kind: "delay", delayMilliseconds: 300 });
    const arriving = world.john.ask(callback);
    await world.john.submit(await world.john.open(`${project}/delete`), `${project}/delete`);
    expect((await arriving).status).toBe(404);
  });
});

describe("sessions", () => {
  test("C25: a session cookie that comes twice, too long or not ours is none", async () => {
    const [name = "", value = ""] =
      [...world.john.cookies()].find(([each]) => each.endsWith("session")) ?? [];
    const other = world.browser();
    for (const cookie of [
      `${name}=${value}; ${name}=${value}`,
      `${name}=x`,
      `${name}=${"x".repeat(8_000)}`,
      `${name}=__proto__`,
      `${name}='; drop table sessions`,
      name,
      `x${name}=${value}`,
    ]) {
      expect(JSON.parse((await other.ask("/auth/session", { headers: { cookie } })).text)).toEqual({
        user: null,
      });
    }
    const seen = await other.ask("/auth/session", { headers: { cookie: `a=b; ${name}=${value}` } });
    expect(JSON.parse(seen.text)).toMatchObject({ user: { displayName: "John Doe" } });
  });

  test("B: who signed in from another tab is led where this one was going, and nowhere else", async () => {
    const waiting = (returnTo: string) =>
      world.john.ask(`/sign-in?returnTo=${encodeURIComponent(returnTo)}`).then(({ headers }) => headers);
    expect((await waiting("/account?x=1")).get("location")).toBe("/account?x=1");
    for (const address of ["//evil.example", "https://evil.example", "/\\evil.example", "/auth/logout", "x"])
      expect([address, (await waiting(address)).get("location")]).toEqual([address, "/"]);
  });

  test("D1, D2: a new sign-in has a new session, and signing out ends every copy of it", async () => {
    const person = await world.signedIn("Jane Roe");
    const first = new Map(person.cookies());
    await person.grant("Jane Roe", "/auth/bitbucket/login");
    const second = new Map(person.cookies());
    expect([...second.values()]).not.toEqual([...first.values()]);
    const page = await person.open("/");
    expect((await person.submit(page, "/auth/logout")).url.pathname).toBe("/sign-in");
    for (const copy of [first, second]) {
      const cookie = [...copy].map(([name, value]) => `${name}=${value}`).join("; ");
      expect((await world.browser().ask("/account", { headers: { cookie } })).status).toBe(303);
    }
    const late = await person.ask("/projects", person.form(page, [["name", "late"]]));
    expect(late.headers.get("location")).toMatch(/^\/sign-in/);
  });
});
