import { afterAll, beforeAll, expect, test } from "vitest";
import { type Browser, openRig, type Rig } from "./rig.ts";
import { expectSafe } from "./world.ts";

let rig: Rig;
let john: Browser;
beforeAll(async () => {
  rig = await openRig();
  john = await rig.signedIn("John Doe");
});
afterAll(() => rig.close());

const csrfOf = async (person: Browser) =>
  /name="csrf" value="([^"]+)"/.exec((await person.open("/account")).text)?.[1] ?? "";

const say = async (person: Browser, path: string, body: unknown) =>
  person.ask(path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", "x-csrf-token": await csrfOf(person) },
  });

test("the account page lists the accounts, and the only one cannot be unlinked", async () => {
  const page = await john.open("/account");
  expectSafe(page);
  expect(page.text).toContain("Bitbucket accounts");
  expect(page.text).toContain("your way in");
  expect(page.text).not.toContain("/account/unlink");
});

test("an account that is linked already is said to be, and the session goes on", async () => {
  const page = await john.open("/account");
  const back = await john.grant("John Doe", "/account/link", john.form(page, [["instance", "bitbucket"]]));
  expect(back.url.pathname + back.url.search).toBe("/account?done=linked-already");
  expect(back.text).toContain("was linked already");
});

test("scripts are told the same", async () => {
  const { identities } = JSON.parse((await john.ask("/api/v1/account/identities")).text);
  expect(identities).toEqual([
    {
      instance: "bitbucket",
      id: rig.emulator.people[0]?.uuid,
      displayName: "John Doe",
      username: "johndoe",
      linkedAt: expect.stringMatching(/Z$/),
      wayIn: true,
    },
  ]);
  const begun = await say(john, "/api/v1/account/link", { instance: "bitbucket" });
  expect(JSON.parse(begun.text).location).toContain("/site/oauth2/authorize?");
  const { instance, id } = identities[0];
  const last = await say(john, "/api/v1/account/unlink", { instance, id });
  expect([last.status, JSON.parse(last.text).error.code]).toEqual([409, "signin.last_way_in"]);
  const none = await say(john, "/api/v1/account/unlink", { instance, id: "somebody-elses" });
  expect([none.status, JSON.parse(none.text).error.code]).toEqual([404, "signin.not_linked"]);
});

test.each<[string, unknown, number]>([
  ["/api/v1/account/link", {}, 400],
  ["/api/v1/account/link", { instance: 7 }, 400],
  ["/api/v1/account/link", [], 400],
  ["/api/v1/account/link", { instance: "__proto__" }, 404],
  ["/api/v1/account/unlink", { instance: "bitbucket" }, 400],
  ["/api/v1/account/unlink", { instance: "bitbucket", id: {} }, 400],
  ["/api/v1/account/unlink", { instance: "\u0000", id: "\ud800" }, 404],
])("%s answers %j with a sentence", async (path, body, status) => {
  const seen = await say(john, path, body);
  expect(seen.status).toBe(status);
  expectSafe(seen);
});

test("pages: an unknown Bitbucket, another's account and the last way in lead nowhere", async () => {
  const page = await john.open("/account");
  expect((await john.submit(page, "/account/link", [["instance", "nowhere"]])).status).toBe(404);
  expect((await john.ask("/account/unlink?instance=bitbucket&id=x")).status).toBe(404);
  expect((await john.ask("/account/unlink")).status).toBe(404);
  const own = `/account/unlink?${new URLSearchParams({ instance: "bitbucket", id: rig.emulator.people[0]?.uuid ?? "" })}`;
  expect((await john.ask(own)).headers.get("location")).toBe("/account");
  const kept = await john.submit(page, "/account/unlink", [
    ["instance", "bitbucket"],
    ["id", rig.emulator.people[0]?.uuid ?? ""],
  ]);
  expect(kept.status).toBe(409);
  expect(kept.text).toContain("the only Bitbucket account you can sign in with");
  expect(kept.text).toContain('href="/account"');
});

test("nobody who is not signed in, and no other site, links or unlinks", async () => {
  const stranger = rig.browser();
  for (const path of ["/account/link", "/account/unlink"]) {
    const seen = await stranger.ask(path, {
      method: "POST",
      body: new URLSearchParams({ instance: "bitbucket" }),
    });
    expect(seen.headers.get("location")).toMatch(/^\/sign-in/);
  }
  const csrf = await csrfOf(john);
  const form = new URLSearchParams({ instance: "bitbucket", csrf });
  for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }])
    expect((await john.ask("/account/link", { method: "POST", body: form, headers })).status).toBe(403);
  expect((await john.ask("/account/link?instance=bitbucket")).status).toBe(404);
});
