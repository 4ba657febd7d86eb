import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Browser, configFor, openRig, type Rig, type Seen } from "./rig.ts";
import { expectSafe } from "./world.ts";

let rig: Rig;
let john: Browser;
let jane: Browser;
beforeEach(async () => {
  rig = await openRig({
    config: (emulator) =>
      configFor(emulator, {
        admins: [{ instance: "bitbucket", id: `{${emulator.people[0]?.uuid.toUpperCase()}}` }],
      }),
  });
  [john, jane] = [await rig.signedIn("John Doe"), await rig.signedIn("Jane Roe")];
});
afterEach(() => rig.close());

const csrfOf = (seen: Seen) => /name="csrf" value="([^"]+)"/.exec(seen.text)?.[1] ?? "";
/** Without the number that leads to the log. */
const textOf = (seen: Seen) => seen.text.replaceAll(/ref_[\w-]+/g, "ref");
const json = (seen: Seen): unknown => JSON.parse(seen.text);
const token = (browser: Browser) => browser.cookies().get("__Host-windlass-session");
const own = async (browser: Browser) =>
  json(await browser.ask("/api/v1/sessions")) as { sessions: { id: string; current: boolean }[] }; // as the API answers

async function post(browser: Browser, path: string): Promise<Seen> {
  const headers = { "x-csrf-token": csrfOf(await browser.open("/account")) };
  return browser.ask(path, { method: "POST", headers });
}

describe("one's own sessions", () => {
  test("stand on the account page with browser and instance; each of the others is ended there", async () => {
    const userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    const other = rig.browser();
    const callback = await other.approve("John Doe", "/auth/bitbucket/login");
    await other.open(callback, { headers: { "user-agent": userAgent } });
    const page = await john.open("/account");
    expect(page.text).toContain("Firefox on Linux");
    expect(page.text.match(/ · last seen /g)).toHaveLength(2);
    const [id = ""] = (await own(other)).sessions.filter(({ current }) => current).map((each) => each.id);
    const after = await john.submit(page, "/account/sessions/end", [["session", id]]);
    expect(after.text).toContain("The session was ended.");
    expect(after.text).not.toContain("Firefox on Linux");
    expect((await other.ask("/api/v1/projects")).status).toBe(401);
    expect((await john.ask("/api/v1/projects")).status).toBe(200);
  });

  test("end all at once but the one that asks", async () => {
    const others = [await rig.signedIn("John Doe"), await rig.signedIn("John Doe")];
    const after = await john.submit(await john.open("/account"), "/account/sessions/end-others");
    expect(after.text).toContain("The sessions were ended.");
    for (const other of others) expect((await other.ask("/api/v1/projects")).status).toBe(401);
    expect((await own(john)).sessions).toHaveLength(1);
    expect((await jane.ask("/api/v1/projects")).status).toBe(200);
  });

  test("end by the API as well; the one that asks is signed out by it", async () => {
    const [one] = (await own(jane)).sessions;
    const seen = await post(jane, `/api/v1/sessions/${one?.id}/end`);
    expect([seen.status, json(seen)]).toEqual([200, { ended: 1 }]);
    expect((await jane.ask("/api/v1/sessions")).status).toBe(401);
    await rig.signedIn("John Doe");
    expect(json(await post(john, "/api/v1/sessions/end-others"))).toEqual({ ended: 1 });
    const [last] = (await own(john)).sessions;
    const page = await john.open("/account");
    const gone = await john.submit(page, "/account/sessions/end", [["session", last?.id ?? ""]]);
    expect(gone.url.pathname).toBe("/sign-in");
    expect(token(john)).toBeUndefined();
  });

  test("are nobody else's to end, and a foreign form ends none", async () => {
    const [foreign] = (await own(john)).sessions;
    const seen = await post(jane, `/api/v1/sessions/${foreign?.id}/end`);
    const missing = await post(jane, "/api/v1/sessions/ses_0000000000000000/end");
    expect([seen.status, textOf(seen)]).toEqual([404, textOf(missing)]);
    for (const path of ["/account/sessions/end", "/account/sessions/end-others"]) {
      const body = new URLSearchParams({ session: foreign?.id ?? "" });
      const refused = await john.ask(path, {
        method: "POST",
        body,
        headers: { origin: "https://evil.example" },
      });
      expect(refused.status).toBe(403);
      expectSafe(refused);
    }
    expect((await john.ask("/api/v1/projects")).status).toBe(200);
  });
});

describe("an administrator", () => {
  test("sees everybody's sessions and ends one; the record says who did it to whom", async () => {
    expect((await john.open("/account")).text).toContain('href="/admin/sessions"');
    const page = await john.open("/admin/sessions?q=roe");
    expectSafe(page);
    expect(page.text).toContain("Jane Roe");
    expect(page.text).not.toContain("this one");
    const [{ id = "" } = {}] = (await own(jane)).sessions;
    const after = await john.submit(page, "/admin/sessions/end", [
      ["session", id],
      ["q", "roe"],
    ]);
    expect(after.text).toContain("Nobody of that name or e-mail is signed in.");
    expect((await jane.ask("/api/v1/projects")).status).toBe(401);
    const [entry] = await rig.app.record.list({ limit: 1 });
    expect(entry).toMatchObject({ event: "session.ended", actor: expect.stringMatching(/^user usr_/) });
    expect(JSON.parse(entry?.facts_json ?? "{}")).toMatchObject({ session: id, sessions: 1 });
  });

  test("ends all of a person's at once, on the page and by the API", async () => {
    await rig.signedIn("Jane Roe");
    const listed = json(await john.ask("/api/v1/admin/sessions?q=jane")) as {
      sessions: { user: { id: string } }[];
    }; // as the API answers
    expect(listed.sessions).toHaveLength(2);
    const userId = listed.sessions[0]?.user.id ?? "";
    const page = await john.open("/admin/sessions?q=jane");
    expect(page.text).toContain("End all sessions of Jane Roe");
    await john.submit(page, "/admin/sessions/end", [["user", userId]]);
    expect((await jane.ask("/api/v1/projects")).status).toBe(401);
    const again = await rig.signedIn("Jane Roe");
    const seen = await post(john, `/api/v1/admin/users/${userId}/sessions/end`);
    expect([seen.status, json(seen)]).toEqual([200, { ended: 1 }]);
    expect((await again.ask("/api/v1/projects")).status).toBe(401);
  });

  test("is given a new token with the first thing an administrator does, and no second one", async () => {
    const before = token(john);
    const page = await john.open("/admin/sessions");
    const after = token(john);
    expect(after).not.toBe(before);
    expect(page.text).toContain(`value="${rig.app.sessions.csrfToken(after ?? "")}"`);
    await john.open("/admin/sessions");
    expect(token(john)).toBe(after);
    rig.emulator.clock.advance(11);
    const headers = { cookie: `__Host-windlass-session=${before}` };
    expect((await rig.browser().ask("/api/v1/projects", { headers })).status).toBe(401);
  });

  test("D7: two requests with the former token are both served; one cookie is made", async () => {
    const seen = await Promise.all([john.ask("/admin/sessions"), john.ask("/api/v1/admin/sessions")]);
    expect(seen.map(({ status }) => status)).toEqual([200, 200]);
    expect(seen.flatMap(({ headers }) => headers.getSetCookie())).toHaveLength(1);
    expect((await own(john)).sessions).toHaveLength(1);
  });

  test("is nobody else: what is theirs looks like what there is not", async () => {
    const missing = await jane.ask("/admin/nothing");
    const [foreign] = (await own(john)).sessions;
    const seen = await jane.ask("/admin/sessions");
    expect([seen.status, textOf(seen)]).toEqual([404, textOf(missing)]);
    expect((await jane.ask("/api/v1/admin/sessions")).status).toBe(404);
    for (const path of [
      "/admin/sessions/end",
      `/api/v1/admin/sessions/${foreign?.id}/end`,
      "/api/v1/admin/users/usr_1/sessions/end",
    ])
      expect([path, (await post(jane, path)).status]).toEqual([path, 404]);
    expect((await jane.open("/account")).text).not.toContain("/admin/sessions");
    expect((await rig.browser().ask("/admin/sessions")).status).toBe(303);
    expect((await john.ask("/api/v1/projects")).status).toBe(200);
  });

  test("who names nothing to end is told so", async () => {
    const seen = await john.submit(await john.open("/admin/sessions"), "/admin/sessions/end");
    expect(seen.status).toBe(400);
    expectSafe(seen);
  });
});
