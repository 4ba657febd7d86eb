/** The same calls over every version that is played, and what differs. */
import { expect, test } from "vitest";
import { repository } from "../../src/emulator/build/repository.ts";
import { commit } from "../../src/emulator/build/steps.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/emulator.ts";
import { callerAt, dataCenterOf } from "./data-center.ts";
import { personAtDataCenter } from "./dc-person.ts";

const versions = ["7.6.0", "7.21.0", "8.9.0", "8.19.0", "8.19.12", "9.4.2", "10.2.0"] as const;
type Version = (typeof versions)[number];
type Walk = Readonly<Record<string, unknown>>;

const repositories = [repository("acme/shop", [commit({ "a.txt": "a" })])];

async function running<Result>(
  options: EmulatorOptions,
  use: (emulator: Emulator) => Promise<Result>,
): Promise<Result> {
  const emulator = await createEmulator({ repositories, ...options });
  try {
    return await use(emulator);
  } finally {
    await emulator.close();
  }
}

/** Everything a version is known to change, asked in one way. */
async function walk(emulator: Emulator): Promise<Walk> {
  const place = dataCenterOf(emulator);
  const [john, nobody] = [callerAt(place, "johndoe"), callerAt(place, null)];
  const repo = "/rest/api/latest/projects/ACME/repos/shop";
  const token = { headers: { authorization: `Bearer ${place.tokens[0]?.token}` } };
  const status = async (answer: Promise<Response>) => (await answer).status;
  const control = (path: string, body: object) =>
    fetch(`${emulator.urls.control}/data-center/${path}`, { method: "POST", body: JSON.stringify(body) });
  const ada = personAtDataCenter(place.url);
  await ada.logIn("Ada Admin");
  const { buildNumber } = (await (await nobody("/rest/api/latest/application-properties")).json()) as {
    buildNumber: string;
  };
  const shown = (await (await john(repo)).json()) as object;
  const put = { method: "PUT", headers: { "content-type": "application/json" } };
  const making = { ...put, body: JSON.stringify({ name: "t", permissions: ["REPO_READ"] }) };
  return {
    buildNumber,
    client: await status(nobody("/rest/oauth2/1.0/client")),
    authorize: await status(nobody("/rest/oauth2/latest/authorize")),
    token: await status(nobody("/rest/oauth2/latest/token", { method: "POST" })),
    metadata: await status(nobody("/rest/oauth2/latest/.well-known/oauth-authorization-server")),
    dialog: await status(ada.visit("/plugins/servlet/applinks/create")),
    loopback: await status(control("clients", { redirectUrl: "http://localhost:1/x" })),
    tokenAtRest: await status(nobody("/rest/api/latest/projects", token)),
    tokenAtWhoami: await status(nobody("/plugins/servlet/applinks/whoami", token)),
    personalTokens: await status(john("/rest/access-tokens/latest/users/johndoe", making)),
    projectTokens: await status(john("/rest/access-tokens/latest/projects/ACME", making)),
    archived: Object.hasOwn(shown, "archived"),
    byProjectKey: await status(john("/rest/api/latest/repos?projectkey=none")).then(async () => {
      const found = await john("/rest/api/latest/repos?projectkey=none");
      return ((await found.json()) as { size: number }).size;
    }),
    defaultBranch: await status(john(`${repo}/default-branch`)),
    olderDefaultBranch: await status(john(`${repo}/branches/default`)),
  };
}

/** What all of them agree on. */
const same = {
  dialog: 200,
  tokenAtRest: 200,
  personalTokens: 200,
  defaultBranch: 200,
  olderDefaultBranch: 200,
} as const;
const withOAuth2 = { ...same, client: 401, authorize: 400, token: 400, metadata: 200 } as const;
const since8 = { ...withOAuth2, loopback: 201, archived: true, byProjectKey: 0, projectTokens: 200 } as const;

const expected: Readonly<Record<Version, Walk>> = {
  "7.6.0": {
    ...{ ...same, client: 404, authorize: 404, token: 404, metadata: 404, dialog: 302, loopback: 400 },
    ...{ archived: false, byProjectKey: 1, projectTokens: 404, tokenAtWhoami: 200, buildNumber: "7006000" },
  },
  "7.21.0": {
    ...{ ...withOAuth2, loopback: 400, archived: false, byProjectKey: 1, projectTokens: 200 },
    ...{ tokenAtWhoami: 200, buildNumber: "7021000" },
  },
  "8.9.0": { ...since8, tokenAtWhoami: 200, buildNumber: "8009000" },
  "8.19.0": { ...since8, tokenAtWhoami: 200, buildNumber: "8019000" },
  "8.19.12": { ...since8, tokenAtWhoami: 302, buildNumber: "8019012" },
  "9.4.2": { ...since8, tokenAtWhoami: 302, buildNumber: "9004002" },
  "10.2.0": { ...since8, tokenAtWhoami: 302, buildNumber: "10002000" },
};

test.each(versions)("D2: %s has what came before it and lacks what came after", async (version) => {
  await running({ dataCenter: { version }, server: false }, async (emulator) => {
    expect(await walk(emulator)).toEqual(expected[version]);
  });
});

test("D2, D24: the limit of paths came to the older lines too, and to none between them", async () => {
  const limited = (version: string) =>
    running({ dataCenter: { version }, server: false }, async (emulator) => {
      const { url, tokens } = dataCenterOf(emulator);
      const headers = { authorization: `Bearer ${tokens[0]?.token}` };
      const { status } = await fetch(`${url}/plugins/servlet/applinks/whoami`, {
        headers,
        redirect: "manual",
      });
      return status === 302;
    });
  for (const version of ["8.9.21", "8.18.9", "8.19.11", "9.3.1"])
    expect(await limited(version), version).toBe(false);
  for (const version of ["8.9.22", "8.19.12", "9.3.2"]) expect(await limited(version), version).toBe(true);
});

test("D2: where a version is only told of, a rule says with which it begins", async () => {
  const dataCenterRules = {
    projectTokensSince: "9.0",
    loopbackRedirectsSince: "9.0",
    defaultBranchSince: "9.0",
  };
  await running({ dataCenter: { version: "8.19.0" }, dataCenterRules }, async (emulator) => {
    expect(await walk(emulator)).toMatchObject({ projectTokens: 404, loopback: 400, defaultBranch: 404 });
  });
  await running({ dataCenter: { version: "9.0.0" }, dataCenterRules }, async (emulator) => {
    expect(await walk(emulator)).toMatchObject({ projectTokens: 200, loopback: 201, defaultBranch: 200 });
  });
});

test("D2: Server ended with 8.14, and nothing before 5.0 is played", async () => {
  const refusals: readonly (readonly [EmulatorOptions, string])[] = [
    [{ server: { version: "8.15.0" } }, "Server ended with 8.14"],
    [{ server: { version: "9.4.2" } }, "Server ended with 8.14"],
    [{ server: { version: "4.14.0" } }, "Versions before 5.0"],
    [{ dataCenter: { version: "3.11.6" } }, "Versions before 5.0"],
    [{ dataCenter: { version: "9" } }, "A version is three numbers"],
  ];
  for (const [options, message] of refusals) await expect(createEmulator(options)).rejects.toThrow(message);
  await running({ server: { version: "8.14.2" }, dataCenter: { version: "5.0.0" } }, async (emulator) => {
    expect(emulator.server?.version).toBe("8.14.2");
    const place = dataCenterOf(emulator);
    const { status } = await callerAt(place, "johndoe")("/rest/access-tokens/latest/users/johndoe");
    expect(status).toBe(404);
  });
});

test("D2, D27: Basic can be switched off since 7.12, and never before", async () => {
  const refused = (version: string) =>
    running({ dataCenter: { version }, dataCenterRules: { basicOff: true } }, async (emulator) => {
      const { status } = await callerAt(dataCenterOf(emulator), "johndoe")("/rest/api/latest/projects");
      return status === 401;
    });
  expect([await refused("7.11.2"), await refused("7.12.0")]).toEqual([false, true]);
});

test("D2, D28: a Server has no rate limit and no administration of one", async () => {
  await running({ dataCenterRules: { limitsRequests: true } }, async (emulator) => {
    const { server } = emulator;
    if (server === null) throw new Error("there is no Server");
    const admin = callerAt(server, "admin");
    expect((await admin("/rest/api/latest/admin/rate-limit/settings")).status).toBe(404);
    const answers = await Promise.all(
      Array.from({ length: 70 }, () => admin("/rest/api/latest/application-properties")),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });
});
