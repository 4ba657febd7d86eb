/** Whoever is signed in and judged again: the app with its pages, and a local Bitbucket in which people lose their places. */
import { afterEach, describe, expect, test } from "vitest";
import type { ConfigInput } from "../../src/app/config.ts";
import { type Browser, configFor, openRig, type Rig, type Seen } from "./rig.ts";

const rules = [{ workspace: "acme" }, { workspace: "acme", permission: "admin" as const, roles: ["admin"] }];
const hour = 3_600;
const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

async function open(signIn: ConfigInput["signIn"] = { rules }): Promise<Rig> {
  const rig = await openRig({ config: (emulator) => configFor(emulator, { signIn }) });
  rigs.push(rig);
  return rig;
}

const whoIs = async (browser: Browser) => JSON.parse((await browser.ask("/auth/session")).text).user;
const csrfOf = (seen: Seen) => /name="csrf" value="([^"]+)"/.exec(seen.text)?.[1] ?? "";
const place = (person: string, role: "administrator" | "member" | "none") =>
  ({ workspace: "acme", person, role }) as const;

describe("F9: whoever loses their place at Bitbucket", () => {
  test("is out when it is next looked at, and reads which rule it was when they come again", async () => {
    const { emulator, app, signedIn } = await open();
    const jane = await signedIn("Jane Roe");
    expect(await whoIs(jane)).toMatchObject({ displayName: "Jane Roe" });
    emulator.control.setPlace(place("janeroe", "none"));
    expect(await whoIs(jane)).not.toBeNull();
    emulator.control.advance(hour);
    await app.rechecks.round();
    expect(await whoIs(jane)).toBeNull();
    const refused = await jane.grant("Jane Roe", "/auth/bitbucket/login");
    expect(refused.status).toBe(403);
    expect(refused.text).toContain("to be a member of the workspace acme");
  });

  test("is out at the first request after twice the interval, even where no round has come by", async () => {
    const { emulator, signedIn } = await open();
    const jane = await signedIn("Jane Roe");
    emulator.control.setPlace(place("janeroe", "none"));
    emulator.control.advance(2 * hour);
    expect(await whoIs(jane)).toBeNull();
  });

  test("loses the role it gave, and keeps what another rule gives", async () => {
    const { emulator, app, signedIn } = await open();
    const john = await signedIn("John Doe");
    expect((await john.ask("/admin/sessions")).status).toBe(200);
    emulator.control.setPlace(place("johndoe", "member"));
    emulator.control.advance(hour);
    await app.rechecks.round();
    expect((await john.ask("/admin/sessions")).status).toBe(404);
    expect(await whoIs(john)).toMatchObject({ displayName: "John Doe" });
  });

  test("is out when the grant was ended at Bitbucket", async () => {
    const { emulator, app, signedIn } = await open();
    const jane = await signedIn("Jane Roe");
    emulator.control.revoke({ username: "janeroe" });
    emulator.control.advance(hour);
    await app.rechecks.round();
    expect(await whoIs(jane)).toBeNull();
  });
});

describe("unlinking", () => {
  const withBoth = async () => {
    const { emulator, signedIn } = await open();
    const john = await signedIn("John Doe");
    await john.submit(await john.open(emulator.urls.bitbucket), "/account/signout/");
    await john.grant(
      "Jane Roe",
      "/account/link",
      john.form(await john.open("/account"), [["instance", "bitbucket"]]),
    );
    const idOf = (username: string) => emulator.people.find((each) => each.username === username)?.uuid ?? "";
    const unlink = async (username: string) =>
      john.submit(await john.open("/account"), "/account/unlink", [
        ["instance", "bitbucket"],
        ["id", idOf(username)],
      ]);
    return { john, signedIn, unlink };
  };

  test("the account whose credential a session is judged with ends that session too", async () => {
    const { john, signedIn, unlink } = await withBoth();
    const { id } = await whoIs(john);
    const after = await unlink("johndoe");
    expect(after.url.pathname).toBe("/sign-in");
    expect(await whoIs(john)).toBeNull();
    expect(await whoIs(await signedIn("Jane Roe"))).toMatchObject({ id });
  });

  test("another account lets it go on, and be judged", async () => {
    const { john, unlink } = await withBoth();
    const after = await unlink("janeroe");
    expect(after.url.search).toBe("?done=unlinked");
    rigs[0]?.emulator.control.advance(hour);
    expect(await rigs[0]?.app.rechecks.round()).toBe(1);
    expect(await whoIs(john)).not.toBeNull();
  });
});

test("a token of two hours is renewed on the way, again and again", async () => {
  const { emulator, app, signedIn } = await open();
  const jane = await signedIn("Jane Roe");
  for (let round = 0; round < 6; round++) {
    emulator.control.advance(hour);
    expect(await app.rechecks.round()).toBe(1);
    expect(await whoIs(jane)).not.toBeNull();
  }
});

test("while Bitbucket is away nobody is put out, and past the grace nobody is let in", async () => {
  const { emulator, app, signedIn } = await open({ rules, recheck: { everyMinutes: 60, graceMinutes: 30 } });
  const jane = await signedIn("Jane Roe");
  emulator.control.addFault({ kind: "status", path: "/2.0/*", status: 503, count: 1_000 });
  emulator.control.advance(hour);
  await app.rechecks.round();
  expect(await whoIs(jane)).not.toBeNull();
  emulator.control.advance(hour / 2);
  const closed = await jane.ask("/");
  expect(closed.status).toBe(503);
  expect(closed.text).toContain("you are still signed in");
  emulator.control.clearFaults();
  emulator.control.advance(60);
  expect(await whoIs(jane)).not.toBeNull();
});

describe("an administrator's word", () => {
  test("asks about everybody at once, and the page says what came of it", async () => {
    const { emulator, signedIn } = await open();
    const [john, jane] = [await signedIn("John Doe"), await signedIn("Jane Roe")];
    emulator.control.setPlace(place("janeroe", "none"));
    const page = await john.submit(await john.open("/admin/sessions"), "/admin/sessions/check");
    expect(page.text).toContain("1 session may go on, 1 session ended.");
    expect(await whoIs(jane)).toBeNull();
    expect(await whoIs(john)).not.toBeNull();
  });

  test("is nobody else's, and no foreign page's", async () => {
    const { emulator, signedIn } = await open();
    const [john, jane] = [await signedIn("John Doe"), await signedIn("Jane Roe")];
    emulator.control.setPlace(place("janeroe", "none"));
    const headers = { "x-csrf-token": csrfOf(await jane.open("/account")) };
    expect((await jane.ask("/api/v1/admin/sessions/check", { method: "POST", headers })).status).toBe(404);
    expect((await john.ask("/api/v1/admin/sessions/check", { method: "POST" })).status).toBe(403);
    expect(await whoIs(jane)).not.toBeNull();
    const own = { "x-csrf-token": csrfOf(await john.open("/account")) };
    const told = await john.ask("/api/v1/admin/sessions/check", { method: "POST", headers: own });
    expect(JSON.parse(told.text).sessions).toHaveLength(2);
    expect(await whoIs(jane)).toBeNull();
  });

  test("a made-up outcome in the address is not shown", async () => {
    const john = await (await open()).signedIn("John Doe");
    for (const checked of ["<b>", "1-2", "9999999-0-0", "1-1-1-1"])
      expect((await john.open(`/admin/sessions?checked=${encodeURIComponent(checked)}`)).text).not.toContain(
        "The rules were asked again",
      );
  });
});
