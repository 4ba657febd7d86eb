/** Who may sign in, by the catalog, in one process: the app, its web face and a local Bitbucket. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ConfigInput } from "../../src/app/config.ts";
import type { Log } from "../../src/base/log.ts";
import { type Browser, baseUrl, configFor, openRig, type Rig } from "../web/rig.ts";

const byName = "usernameMatchingUserEntityAnnotation";
const resolvers = { resolvers: [{ resolver: byName }] } satisfies ConfigInput["signIn"];

let folder: string;
let rig: Rig | undefined;
const logged: { readonly at: string; readonly event: string; readonly facts: unknown }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "windlass-resolvers-"));
  logged.length = 0;
});
afterEach(async () => {
  await rig?.close();
  rig = undefined;
  rmSync(folder, { recursive: true });
});

const keep = (at: string) => (event: string, facts?: unknown) => void logged.push({ at, event, facts });
const log: Log = { info: keep("info"), warn: keep("warn"), error: keep("error") };

const user = (name: string, username: string) =>
  `apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: { name: ${name}, annotations: { bitbucket.org/username: ${username} } }\n`;

const writeCatalog = (...documents: readonly string[]) =>
  writeFileSync(join(folder, "org.yaml"), documents.join("---\n"));

async function open(more: Partial<ConfigInput> = {}, callbackUrl?: string): Promise<Rig> {
  const locations = [{ type: "file" as const, target: join(folder, "org.yaml") }];
  rig = await openRig({
    log,
    ...(callbackUrl === undefined ? {} : { emulator: { callbackUrl } }),
    config: (emulator) => configFor(emulator, { catalog: { locations }, ...more }),
  });
  return rig;
}

const sessionOf = async (browser: Browser) => JSON.parse((await browser.ask("/auth/session")).text);

async function signIn(displayName: string) {
  const browser = (rig ?? (await open())).browser();
  const end = await browser.grant(displayName, "/auth/bitbucket/login");
  return { browser, end, session: await sessionOf(browser) };
}

describe("with resolvers in windlass.yaml", () => {
  test("the same entity is the same user again, and a refused person leaves nothing behind", async () => {
    writeCatalog(user("john", "johndoe"));
    await open({ signIn: resolvers });
    const first = await signIn("John Doe");
    expect(first.session.user).toMatchObject({ displayName: "John Doe", entityRef: "user:default/john" });
    expect((await signIn("John Doe")).session.user.id).toBe(first.session.user.id);
    const jane = await signIn("Jane Roe");
    expect([jane.end.status, jane.session]).toEqual([403, { user: null }]);
    expect([...jane.browser.cookies().keys()].filter((name) => name.includes("session"))).toEqual([]);
  });

  test("a session that lives is kept when another account is refused in its browser", async () => {
    writeCatalog(user("john", "johndoe"));
    await open({ signIn: resolvers });
    const { browser, session } = await signIn("John Doe");
    writeCatalog(user("jane", "janeroe"));
    expect((await browser.grant("John Doe", "/auth/bitbucket/login")).status).toBe(403);
    expect((await sessionOf(browser)).user.id).toBe(session.user.id);
  });

  test("each attempt is told to the operator, and what is broken in the catalog is named once", async () => {
    writeCatalog("kind: user\n", user("john", "johndoe"));
    const { app } = await open({ signIn: resolvers });
    expect(app.notices.join("\n")).toContain("org.yaml, document 1 is left out: kind is user, not User.");
    await signIn("John Doe");
    await signIn("Jane Roe");
    expect(logged).toContainEqual({
      at: "info",
      event: "signin.resolved",
      facts: {
        instance: "bitbucket",
        entity: "user:default/john",
        attempts: [
          {
            resolver: byName,
            lookedFor: "bitbucket.org/username",
            value: "johndoe",
            outcome: "is user:default/john",
          },
        ],
      },
    });
    const refused = logged.find(({ event }) => event === "request.failed");
    expect(JSON.stringify(refused?.facts)).toMatch(/bitbucket\.org\/username.*janeroe.*no user has it/);
    expect(logged.filter(({ event }) => event === "catalog.left_out")).toHaveLength(1);
  });

  test("a function of one's own finds by what only the operator knows; one that throws lets nobody in, and only the log says why", async () => {
    writeCatalog(user("john", "johndoe"));
    await open({
      signIn: {
        resolvers: [
          {
            resolver: ({ displayName }, { findCatalogUser, signInWithCatalogUser }) => {
              if (displayName === "Jane Roe") throw new Error("the directory is down");
              expect(findCatalogUser({ entityRef: "nobody" })).toBeNull();
              return signInWithCatalogUser({ annotations: { "bitbucket.org/username": "johndoe" } });
            },
          },
          { resolver: "firstSignIn" },
        ],
      },
    });
    expect((await signIn("John Doe")).session.user).toMatchObject({ entityRef: "user:default/john" });
    const jane = await signIn("Jane Roe");
    expect([jane.end.status, jane.session]).toEqual([500, { user: null }]);
    expect(jane.end.text).not.toContain("directory");
    expect(JSON.stringify(logged)).toContain("the directory is down");
  });

  test("the sign-in page no longer says that anybody may sign in", async () => {
    writeCatalog(user("john", "johndoe"));
    const { app, browser } = await open({ signIn: resolvers });
    expect((await browser().open("/sign-in")).text).not.toContain("Anybody");
    expect(app.notices.join("\n")).not.toContain("Anybody");
    expect(app.notices.join("\n")).toContain("One user of the catalog may sign in.");
  });

  test("a Location leads to further files, by patterns too", async () => {
    writeFileSync(join(folder, "team-a.yaml"), user("john", "johndoe"));
    writeFileSync(join(folder, "team-b.yaml"), user("jane", "janeroe"));
    writeCatalog("kind: Location\nspec: { targets: ['./team-*.yaml', ./org.yaml, ./nowhere.yaml] }\n");
    const { app } = await open({ signIn: resolvers });
    expect((await signIn("Jane Roe")).session.user.entityRef).toBe("user:default/jane");
    expect(app.notices.join("\n")).toContain("nowhere.yaml, and there is no such file");
  });
});

describe("who decides for which instance", () => {
  test("without resolvers the first sign-in makes a user, who is no entity", async () => {
    const { app } = await open();
    expect((await signIn("Jane Roe")).session.user).toMatchObject({
      displayName: "Jane Roe",
      entityRef: null,
    });
    expect(app.notices[0]).toContain("Anybody with a Bitbucket account may sign in");
  });

  test("an instance that says false lets nobody in, and nobody is sent to Bitbucket in vain", async () => {
    writeCatalog(user("john", "johndoe"));
    rig = await openRig({
      log,
      config: (emulator) => {
        const { bitbucket } = configFor(emulator).instances;
        if (bitbucket === undefined) throw new Error("no instance");
        const own = { ...bitbucket, signIn: false as const };
        return { ...configFor(emulator), instances: { bitbucket: own } };
      },
    });
    const answer = await rig.browser().open("/auth/bitbucket/login");
    expect([answer.status, answer.url.origin]).toEqual([500, baseUrl]);
    expect(answer.text).toContain("no sign-in resolver is configured");
  });
});

describe("the callback path of Backstage", () => {
  const path = "/api/auth/bitbucket/handler/frame";

  test("is served where it is asked for, as a page; a POST is refused with a sentence", async () => {
    const { browser } = await open({}, `${baseUrl}${path}`);
    const person = browser();
    const broken = await person.ask(`${path}?code=x&state=y`);
    expect(broken.headers.get("content-type")).toContain("text/html");
    expect(broken.headers.get("referrer-policy")).toBe("no-referrer");
    expect(broken.status).toBeGreaterThanOrEqual(400);
    const posted = await person.ask(path, { method: "POST", body: new URLSearchParams({ code: "x" }) });
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET"]);
    expect(posted.text).toContain("This address is not for that kind of request.");
  });

  test("a trip that leaves by it comes back by it", async () => {
    rig = await openRig({
      emulator: { callbackUrl: `${baseUrl}/api/auth/bitbucket` },
      config: (emulator) => {
        const { bitbucket } = configFor(emulator).instances;
        if (bitbucket === undefined) throw new Error("no instance");
        return { ...configFor(emulator), instances: { bitbucket: { ...bitbucket, callbackPath: path } } };
      },
    });
    const browser = rig.browser();
    const callback = await browser.approve("John Doe", "/auth/bitbucket/login");
    expect(callback.pathname).toBe(path);
    await browser.open(callback);
    expect((await sessionOf(browser)).user).toMatchObject({ displayName: "John Doe" });
  });
});
