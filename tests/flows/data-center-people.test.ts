/** Who a credential stands for at the emulator's Data Center and Server: slugs, renames, services, tokens, logins. */
import { afterEach, describe, expect, test } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import { basic, bearer } from "../../src/bitbucket/api/authorize.ts";
import { createApi } from "../../src/bitbucket/api/client.ts";
import { openHost } from "../../src/bitbucket/host/open.ts";
import { openProfile } from "../../src/bitbucket/profile/open.ts";
import { serverInstance } from "../../src/bitbucket/self-hosted.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { failureOf } from "../failure.ts";
import { apiOf, asPerson, asTokenHolder, dataCenterOf, fetch, instanceOf } from "./data-center-place.ts";

const running: Emulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await createEmulator(options);
  running.push(emulator);
  return emulator;
}

const profileOf = (emulator: Emulator, authorize = asTokenHolder(emulator)) =>
  openProfile(instanceOf(emulator), apiOf(emulator, authorize));

const accountOf = (emulator: Emulator, authorize = asTokenHolder(emulator)) =>
  openHost(instanceOf(emulator), apiOf(emulator, authorize)).account();

async function control(emulator: Emulator, path: string, body: object): Promise<unknown> {
  const { status, json } = await globalThis
    .fetch(`${emulator.urls.control}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    })
    .then(async (answer) => ({ status: answer.status, json: await answer.json() }));
  expect(status, JSON.stringify(json)).toBeLessThan(300);
  return json;
}

describe("a person", () => {
  test.each(["+", "%20"] as const)(
    "is found whatever the name: an address, a plus, an umlaut (blank as %s)",
    async (userNameSpace) => {
      const emulator = await start({ dataCenterRules: { userNameSpace } });
      for (const { id, name, slug, displayName, emailAddress, active, type } of dataCenterOf(emulator)
        .people) {
        if (!active || type !== "NORMAL") continue;
        expect(await profileOf(emulator, asPerson(emulator, name))).toMatchObject({
          id: String(id),
          username: name,
          nickname: slug,
          displayName,
          email: emailAddress,
          emailVerified: false,
        });
      }
    },
  );

  test("without an address says why, and pictures are whole addresses below the context path", async () => {
    const emulator = await start();
    const { url } = dataCenterOf(emulator);
    const nora = await profileOf(emulator, asPerson(emulator, "nora"));
    expect(nora.emailMissingReason).toMatch(/\.$/);
    expect(nora.avatarUrl?.startsWith(`${url}/`)).toBe(true);
    expect(nora.profileUrl).toBe(`${url}/users/nora`);
    const jane = await profileOf(emulator, asPerson(emulator, "jane.doe@example.com"));
    expect(jane.avatarUrl).toMatch(/^https?:/);
  });

  test("who is renamed stays the same; who is made anew under an old name does not", async () => {
    const emulator = await start();
    await control(emulator, "/people/rename", { name: "johndoe", newName: "John Q. Doe" });
    expect(await profileOf(emulator)).toMatchObject({ id: "101", username: "John Q. Doe" });
    expect(await accountOf(emulator)).toMatchObject({ subject: "101", kind: "person" });
    await control(emulator, "/people/recreate", { name: "nora" });
    const { id } = await profileOf(emulator, asPerson(emulator, "nora"));
    expect(id).not.toBe("104");
    expect(Number(id)).toBeGreaterThan(104);
  });

  test.each([401, 403] as const)(
    "whose password was tried wrongly too often is told of the CAPTCHA, and nothing is tried again (status %i)",
    async (captchaStatus) => {
      const emulator = await start({ dataCenterRules: { captchaAfter: 2, captchaStatus } });
      const wrong = basic("nora", new Secret("not hers"));
      for (const _ of [1, 2])
        expect((await failureOf(accountOf(emulator, wrong))).code).toBe("bitbucket.unauthorized");
      const before = emulator.control.requests().length;
      expect(await failureOf(accountOf(emulator, asPerson(emulator, "nora")))).toMatchObject({
        code: "bitbucket.captcha",
        cure: expect.stringContaining("browser"),
      });
      expect(emulator.control.requests().length - before).toBe(1);
    },
  );
});

describe("nobody's credential", () => {
  test("a service connects, and is no person", async () => {
    const emulator = await start();
    const bot = asPerson(emulator, "build-bot");
    expect(await accountOf(emulator, bot)).toEqual({
      subject: "106",
      name: "Build Bot",
      username: "build-bot",
      kind: "bot",
    });
    expect((await failureOf(profileOf(emulator, bot))).code).toBe("bitbucket.not_a_person");
  });

  test("a repository's or project's token connects as itself, and is no person", async () => {
    const emulator = await start();
    const made = await control(emulator, "/data-center/tokens", {
      project: "ACME",
      name: "ci",
      permissions: ["PROJECT_READ"],
    });
    const token = bearer(String((made as { token: unknown }).token));
    expect(await accountOf(emulator, token)).toMatchObject({
      subject: null,
      name: "HTTP access token of a project or repository",
      username: null,
      kind: "bot",
    });
    expect((await failureOf(profileOf(emulator, token))).code).toBe("bitbucket.not_a_person");
  });

  test("a limit is told with the seconds to wait, five where Bitbucket names none", async () => {
    const emulator = await start();
    emulator.control.addFault({ path: "*", origin: "dataCenter", kind: "rate-limit", retryAfterSeconds: 7 });
    expect(await failureOf(accountOf(emulator))).toMatchObject({
      code: "bitbucket.rate_limited",
      retryAfterSeconds: 7,
    });
    emulator.control.addFault({ path: "*", origin: "dataCenter", kind: "rate-limit" });
    expect((await failureOf(accountOf(emulator))).retryAfterSeconds).toBe(5);
  });

  test("where the website stands in for the API, the answer is called its login page", async () => {
    const emulator = await start();
    const { url } = dataCenterOf(emulator);
    const instance = { ...instanceOf(emulator), urls: { ...instanceOf(emulator).urls, api: url } };
    const api = apiOf(emulator, asTokenHolder(emulator), instance);
    const error = await failureOf(api.get("/plugins/servlet/applinks/whoami"));
    expect(error.code).toBe("bitbucket.login_page");
    expect((await fetch(`${url}/rest/api/latest/application-properties`)).status).toBe(200);
  });
});

test("a Server at the root of its host knows its people the same way", async () => {
  const emulator = await start({ dataCenter: false });
  const { url = "", tokens = [] } = emulator.server ?? {};
  const instance = serverInstance({ baseUrl: url, consumerKey: "key", privateKey: "not needed here" });
  const api = createApi({ instance, fetch, authorize: bearer(tokens[0]?.token ?? "") });
  expect(await openProfile(instance, api)).toMatchObject({
    instance: "server",
    id: "101",
    email: "user@example.com",
  });
  expect(await openHost(instance, api).workspaces()).toContainEqual(expect.objectContaining({ key: "ACME" }));
});
