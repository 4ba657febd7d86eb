import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDoor } from "../base/http/door.ts";
import { cloudInstance } from "../bitbucket/cloud.ts";
import { createEmulator, type Emulator } from "../emulator/emulator.ts";
import { examine } from "./doctor.ts";
import type { DoctorParts, Finding } from "./finding.ts";
import { createReachability } from "./reachability.ts";

const redirectUri = "http://localhost:8000/auth/bitbucket/callback";

let emulator: Emulator;
beforeEach(async () => {
  emulator = await createEmulator({ callbackUrl: redirectUri });
});
afterEach(() => emulator.close());

function instanceOf(consumer: { key: string; secret: string } | undefined, scopes = ["account", "email"]) {
  const { bitbucket, api } = emulator.urls;
  const urls = {
    authorize: `${bitbucket}/site/oauth2/authorize`,
    token: `${bitbucket}/site/oauth2/access_token`,
    api: `${api}/2.0`,
    web: bitbucket,
  };
  return cloudInstance({ clientId: consumer?.key ?? "", clientSecret: consumer?.secret ?? "", scopes, urls });
}

const ordinary = () => emulator.consumers.find(({ isPrivate }) => !isPrivate);
const privateOne = () => emulator.consumers.find(({ isPrivate }) => isPrivate);

async function examined(parts: Partial<DoctorParts> = {}): Promise<Map<Finding["check"], Finding>> {
  const instance = parts.instance ?? instanceOf(ordinary());
  const findings = await examine({
    instance,
    fetch: openDoor(),
    clock: emulator.clock,
    redirectUri,
    ...parts,
  });
  return new Map(findings.map((finding) => [finding.check, finding]));
}

describe("the doctor", () => {
  test("finds nothing wrong with a consumer that is set up well", async () => {
    const findings = await examined();
    expect([...findings.values()].filter(({ verdict }) => verdict === "problem")).toEqual([]);
    expect(findings.get("key and secret")?.verdict).toBe("fine");
    expect(findings.get("scopes")?.sentence).toContain("does not tell its permissions");
  });

  test.each([
    ["a wrong secret", () => ({ key: ordinary()?.key ?? "", secret: "not-the-secret" })],
    ["a wrong key", () => ({ key: "not-the-key", secret: ordinary()?.secret ?? "" })],
  ])("names %s, where to copy the right one from, and never the secret", async (_, consumer) => {
    const findings = await examined({ instance: instanceOf(consumer()) });
    expect(findings.get("scopes")?.sentence).toContain("only with the right key and secret");
    const finding = findings.get("key and secret");
    expect(finding).toMatchObject({ verdict: "problem", cure: expect.stringContaining("OAuth consumers") });
    expect(JSON.stringify(finding)).not.toContain(consumer().secret);
  });

  test("G17: names a callback that the consumer does not have, letter by letter", async () => {
    const wrong = "http://localhost:9999/auth/bitbucket/callback";
    const finding = (await examined({ redirectUri: wrong })).get("redirect URI");
    expect(finding).toMatchObject({ verdict: "problem", cure: expect.stringContaining(wrong) });
  });

  test.each([
    ["a slash at the end", `${redirectUri}/`, "has a slash at the end"],
    ["another scheme", redirectUri.replace("http:", "https:"), "begins with https:// instead of http://"],
    ["another spelling of this machine", redirectUri.replace("localhost", "127.0.0.1"), "names another host"],
  ])("G17: finds out that the registered callback has %s", async (_, callbackUrl, difference) => {
    await emulator.close();
    emulator = await createEmulator({ callbackUrl });
    const finding = (await examined()).get("redirect URI");
    expect(finding).toMatchObject({ verdict: "problem", sentence: expect.stringContaining(difference) });
    expect(finding?.sentence).toContain(callbackUrl);
  });

  test("names the boxes that are not ticked on a private consumer, as its form calls them", async () => {
    const finding = (await examined({ instance: instanceOf(privateOne()) })).get("scopes");
    expect(finding).toMatchObject({ verdict: "problem", sentence: "The consumer lacks email." });
    expect(finding?.cure).toContain("“Account: Email”");
  });

  test("counts what a scope implies, and no more", async () => {
    await emulator.close();
    const consumer = (scopes: string[], name: string) => ({
      workspace: "w",
      name,
      callbackUrl: redirectUri,
      private: true,
      scopes,
    });
    const person = { username: "ada", displayName: "Ada", emails: [] };
    const workspaces = [{ slug: "w", name: "W", members: [{ person: "ada", administrator: true }] }];
    const consumers = [
      consumer(["pullrequest:write"], "writes"),
      consumer(["repository:admin"], "administers"),
    ];
    emulator = await createEmulator({ seed: { people: [person], workspaces, consumers } });
    const verdicts = [];
    for (const each of emulator.consumers)
      verdicts.push(
        (await examined({ instance: instanceOf(each), scopes: ["repository"] })).get("scopes")?.verdict,
      );
    expect(verdicts).toEqual(["fine", "problem"]);
  });

  test("names a scope that Bitbucket does not have", async () => {
    const finding = (await examined({ scopes: ["account", "acount"] })).get("scopes");
    expect(finding).toMatchObject({ verdict: "problem", sentence: "Bitbucket has no scope acount." });
  });

  test("names a clock that is wrong", async () => {
    const clock = { ...emulator.clock, now: () => new Date(emulator.clock.now().getTime() + 3_600_000) };
    expect((await examined({ clock })).get("clock")).toMatchObject({
      verdict: "problem",
      sentence: expect.stringMatching(/by (3600|3599|3601) s/),
    });
  });

  test("says who does not answer, and asks nothing further", async () => {
    const instance = instanceOf(ordinary());
    await emulator.close();
    const findings = await examine({ instance, fetch: openDoor(), clock: emulator.clock, redirectUri });
    expect(findings).toMatchObject([{ check: "reachable", verdict: "problem" }]);
    expect(findings[0]?.sentence).toContain(new URL(instance.urls.token).host);
    emulator = await createEmulator();
  });

  test.each(["html", "status", "rate-limit"] as const)(
    "a token endpoint that answers with %s is not taken for a wrong secret",
    async (kind) => {
      emulator.control.addFault({ path: "/site/oauth2/access_token", kind, count: 0 });
      expect((await examined()).get("key and secret")?.verdict).toBe("unknown");
    },
  );

  test("a connection cut in the middle ends in a finding, not in a failure", async () => {
    emulator.control.addFault({ path: "/site/oauth2/access_token", kind: "cut", count: 0, skip: 1 });
    const findings = await examined();
    expect(findings.get("key and secret")).toMatchObject({ verdict: "unknown" });
  });
});

describe("reachability", () => {
  test("a yes is remembered for a while, a no is not", async () => {
    const instances = async (id: string) => {
      if (id !== "bitbucket") throw new Error(`no instance ${id}`);
      return instanceOf(ordinary());
    };
    let asked = 0;
    const door = openDoor();
    const fetch: typeof door = (...request) => {
      asked += 1;
      return door(...request);
    };
    const isReachable = createReachability({ instances, fetch, clock: emulator.clock });
    expect(await isReachable("elsewhere")).toBe(false);
    expect([await isReachable("bitbucket"), await isReachable("bitbucket"), asked]).toEqual([true, true, 1]);
    emulator.clock.advance(16);
    emulator.control.addFault({ path: "*", kind: "cut", count: 0 });
    expect([await isReachable("bitbucket"), await isReachable("bitbucket"), asked]).toEqual([
      false,
      false,
      3,
    ]);
    emulator.control.clearFaults();
    expect(await isReachable("bitbucket")).toBe(true);
  });
});
