/** Who comes in by rules, at Cloud: the app with its pages and a local Bitbucket, from the configuration to the record. */
import { afterEach, describe, expect, test } from "vitest";
import type { ConfigInput } from "../../src/app/config.ts";
import { repository } from "../../src/emulator/build/repository.ts";
import { commit } from "../../src/emulator/build/steps.ts";
import { type Browser, baseUrl, configFor, openRig, type Rig } from "../web/rig.ts";

let rig: Rig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

type Rules = NonNullable<Exclude<ConfigInput["signIn"], undefined>["rules"]>;

const history = [commit({ "a.txt": "a\n" })];
/** Where John has what he administers, Jane is given less, and anybody sees `open`. */
const repositories = [
  repository("acme/api", history, {
    private: true,
    project: "KEY",
    permissions: [{ person: "janeroe", permission: "write" }],
  }),
  repository("acme/open", history, { private: false, project: "OPEN", permissions: [] }),
];

const calls: string[] = [];

async function open(rules: Rules, more: Partial<ConfigInput> = {}): Promise<Rig> {
  calls.length = 0;
  rig = await openRig({
    emulator: {
      repositories,
      onRequest: ({ path }) => void calls.push(path.split("?")[0] ?? ""),
    },
    config: (emulator) => configFor(emulator, { signIn: { rules }, ...more }),
  });
  return rig;
}

const sessionOf = async (browser: Browser) => JSON.parse((await browser.ask("/auth/session")).text);

async function come(displayName: string) {
  const browser = (rig as Rig).browser(); // every test opens one first
  const end = await browser.grant(displayName, "/auth/bitbucket/login");
  return { browser, end, session: await sessionOf(browser) };
}

describe("a rule of Cloud", () => {
  test("lets the members of a workspace in, and tells others which rule there is and nothing else", async () => {
    await open([{ workspace: "acme" }]);
    const jane = await come("Jane Roe");
    expect(jane.session).toMatchObject({ user: { displayName: "Jane Roe" }, roles: ["member"] });
    const sam = await come("Sam Solo");
    expect([sam.end.status, sam.session]).toEqual([403, { user: null }]);
    expect(sam.end.text).toContain("You need to be a member of the workspace acme.");
    expect(sam.end.text).toContain("Ask whoever administers it at Bitbucket");
  });

  test("gives the roles of all rules that are met", async () => {
    await open([
      { workspace: "acme" },
      { workspace: "acme", permission: "admin", roles: ["admin"] },
      { repository: "acme/api", permission: "write", roles: ["developer", "member"] },
    ]);
    expect((await come("John Doe")).session.roles).toEqual(["member", "admin", "developer"]);
    expect((await come("Jane Roe")).session.roles).toEqual(["member", "developer"]);
    expect((await come("Nora Nomail")).session.roles).toEqual(["member"]);
  });

  test("of a repository or a project wants the permission itself: what is public is nobody's", async () => {
    await open([
      { repository: "acme/api", permission: "admin", roles: ["owner"] },
      { project: "acme/KEY", permission: "write", roles: ["writer"] },
      { repository: "acme/open", roles: ["reader"] },
      { project: "acme/OPEN", roles: ["reader"] },
    ]);
    expect((await come("John Doe")).session.roles).toEqual(["owner", "writer", "reader"]);
    expect((await come("Jane Roe")).session.roles).toContain("writer");
    const sam = await come("Sam Solo");
    expect([sam.end.status, sam.session]).toEqual([403, { user: null }]);
  });

  test("that says everyone lets everybody in, without a question", async () => {
    await open([{ everyone: true, roles: ["guest"] }]);
    expect((await come("Sam Solo")).session.roles).toEqual(["guest"]);
    expect(askedOf(calls)).toEqual([]);
  });
});

/** What was asked beside the profile. */
function askedOf(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => /\/2\.0\/(user\/workspaces|repositories)/.test(path));
}

describe("a sign-in asks as little as it can", () => {
  test("two calls for the profile and one for each kind of rule, however many rules there are", async () => {
    const many = Array.from({ length: 5 }, (_, at) => `acme/r${at}`);
    await open([
      { workspace: "acme" },
      { workspace: "globex", permission: "admin" },
      ...many.map((each) => ({ repository: each })),
      { repository: "acme/api", permission: "write" as const },
      { project: "acme/KEY" },
      { project: "acme/OPEN" },
    ]);
    calls.length = 0;
    await come("John Doe");
    const api = calls.filter((path) => path.startsWith("/2.0/"));
    expect(api.toSorted()).toEqual([
      "/2.0/repositories/acme",
      "/2.0/user",
      "/2.0/user/emails",
      "/2.0/user/workspaces",
      "/2.0/user/workspaces/acme/permissions/repositories",
    ]);
  });

  test("and asks for no more than the rules need", async () => {
    const scopesOf = async (rules: Rules) => {
      const { browser } = await open(rules);
      const { headers } = await browser().ask("/auth/bitbucket/login");
      await rig?.close();
      return new URL(headers.get("location") ?? "").searchParams.get("scope");
    };
    expect(await scopesOf([{ everyone: true }])).toBe("account email");
    expect(await scopesOf([{ workspace: "acme" }])).toBe("account email");
    expect(await scopesOf([{ repository: "acme/api" }])).toBe("account email repository");
    rig = undefined;
  });
});

describe("what a rule means", () => {
  test("is settled by the first who is let in, on record, and goes by the id from then on", async () => {
    const { app } = await open([{ workspace: "acme" }]);
    await come("Sam Solo");
    const pins = async () => (await app.rules.list()).map(({ place, id }) => [place, id]);
    expect(await pins()).toEqual([["acme", null]]);
    await come("Jane Roe");
    const [[, id]] = (await pins()) as [[string, string]];
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    await come("John Doe");
    expect(await pins()).toEqual([["acme", id]]);
    const entries = await app.record.list({ event: "rule.pinned", limit: 9 });
    expect(entries.map(({ facts_json }) => JSON.parse(facts_json))).toEqual([
      { instance: "bitbucket", place: "workspace acme", id },
    ]);
  });

  test("a refusal stands in the record, and leaves neither user nor session", async () => {
    const { app } = await open([{ workspace: "globex" }]);
    await come("Sam Solo");
    const entries = await app.record.list({ event: "signin.refused", limit: 9 });
    expect(entries.map(({ reason }) => reason)).toEqual(["signin.no_rule"]);
    expect(await app.sessions.list({})).toEqual([]);
  });
});

test("an account that no rule lets in cannot be linked either, and says why on the account page's way", async () => {
  const second = (emulator: Rig["emulator"]) => configFor(emulator).instances.bitbucket;
  rig = await openRig({
    emulator: { repositories, callbackUrl: baseUrl },
    config: (emulator) => {
      const base = second(emulator) as unknown as Record<string, unknown>; // as it was written
      const [consumer] = emulator.consumers;
      const written = {
        clientId: consumer?.key ?? "",
        clientSecret: consumer?.secret ?? "",
        urls: base.urls,
      };
      return configFor(emulator, {
        instances: {
          bitbucket: { ...written, signIn: { rules: [{ everyone: true }] } },
          strict: { ...written, signIn: { rules: [{ workspace: "globex" }] } },
        } as never, // the addresses of the emulator, as configFor has them
      });
    },
  });
  const { browser } = await come("Sam Solo");
  const account = await browser.open("/account");
  const csrf = /name="csrf" value="([^"]+)"/.exec(account.text)?.[1] ?? "";
  const body = new URLSearchParams({ csrf, instance: "strict" });
  const init = { method: "POST", body, headers: { origin: baseUrl } };
  const end = await browser.grant("Sam Solo", "/account/link", init);
  expect(end.status).toBe(403);
  expect(end.text).toContain("You need to be a member of the workspace globex.");
  const linked = JSON.parse((await browser.ask("/api/v1/account/identities")).text);
  expect(linked.identities).toHaveLength(1);
});
