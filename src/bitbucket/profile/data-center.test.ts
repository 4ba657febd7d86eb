import { describe, expect, test } from "vitest";
import { failureOf, type RecordedAnswer, recorded } from "../../../tests/bitbucket/recorded.ts";
import { fc } from "../../../tests/property.ts";
import { isWindlassError } from "../../base/errors.ts";
import { bearer } from "../api/authorize.ts";
import { createApi } from "../api/client.ts";
import { dataCenterInstance } from "../self-hosted.ts";
import { fetchDataCenterProfile } from "./data-center.ts";
import { openProfile } from "./open.ts";
import type { Profile } from "./profile.ts";

const instance = dataCenterInstance({ baseUrl: "https://example.com/bitbucket" });
const properties = "/bitbucket/rest/api/latest/application-properties";
const users = "/bitbucket/rest/api/latest/users";

const base = {
  name: "ada",
  emailAddress: "ada@example.com",
  id: 101,
  displayName: "Ada Lovelace",
  active: true,
  slug: "ada",
  type: "NORMAL",
  links: { self: [{ href: "https://example.com/bitbucket/users/ada" }] },
  avatarUrl: "/users/ada/avatar.png?s=96&v=1",
};

const signedIn = (name: string, headers: Record<string, string> = {}): RecordedAnswer => ({
  headers: { "x-ausername": name, ...headers },
  body: { version: "9.4.2", displayName: "Bitbucket" },
});

const noSuchUser: RecordedAnswer = {
  status: 404,
  body: {
    errors: [
      {
        context: null,
        message: "User x does not exist.",
        exceptionName: "com.atlassian.bitbucket.user.NoSuchUserException",
      },
    ],
  },
};

function apiWith(answers: Record<string, RecordedAnswer>) {
  const { fetch, requests } = recorded(answers);
  return { api: createApi({ instance, fetch, authorize: bearer("t") }), requests };
}

async function profileOf(user: unknown, name = "ada"): Promise<Profile> {
  const { api } = apiWith({ [properties]: signedIn(name), [`${users}/ada`]: { body: user } });
  return fetchDataCenterProfile(api, instance);
}

test("a person's profile holds everything Bitbucket says of them", async () => {
  const { api } = apiWith({ [properties]: signedIn("ada"), [`${users}/ada`]: { body: base } });
  expect(await openProfile(instance, api)).toEqual({
    instance: "data-center",
    id: "101",
    accountId: null,
    email: "ada@example.com",
    emailVerified: false,
    emailStanding: "listed",
    emails: [{ email: "ada@example.com", isPrimary: true, isConfirmed: false }],
    username: "ada",
    nickname: "ada",
    displayName: "Ada Lovelace",
    firstName: "Ada",
    lastName: "Lovelace",
    avatarUrl: "https://example.com/bitbucket/users/ada/avatar.png?s=96&v=1",
    profileUrl: "https://example.com/bitbucket/users/ada",
    raw: base,
  });
});

const nobody = { firstName: null, lastName: null, displayName: null };
const noMail = { email: null, emailVerified: false, emailStanding: "absent", emails: [] } as const;
const vectors: readonly [string, unknown, Partial<Profile>][] = [
  ["no e-mail address", { ...base, emailAddress: undefined }, noMail],
  ["an e-mail address that is null", { ...base, emailAddress: null }, noMail],
  ["an empty e-mail address", { ...base, emailAddress: "" }, noMail],
  ["a blank e-mail address", { ...base, emailAddress: "  " }, noMail],
  ["an e-mail address that is no text", { ...base, emailAddress: 7 }, noMail],
  ["white space around the address", { ...base, emailAddress: " p@e\n" }, { email: "p@e" }],
  [
    "an address that claims to be verified",
    { ...base, emailVerified: true, emailStanding: "confirmed" },
    { emailVerified: false, emailStanding: "listed" },
  ],
  ["display name of one word", { ...base, displayName: "Ada" }, { firstName: "Ada", lastName: null }],
  [
    "display name with two spaces",
    { ...base, displayName: "Ada  King Lovelace" },
    { firstName: "Ada", lastName: "King Lovelace" },
  ],
  ["display name of spaces", { ...base, displayName: "   " }, nobody],
  ["display name missing", { ...base, displayName: undefined }, nobody],
  ["display name null", { ...base, displayName: null }, nobody],
  ["display name a number", { ...base, displayName: 7 }, nobody],
  [
    "display name with a no-break space",
    { ...base, displayName: "Ada\u00a0Lovelace" },
    { firstName: "Ada", lastName: "Lovelace" },
  ],
  ["no slug", { ...base, slug: undefined }, { username: "ada", nickname: null }],
  ["an empty slug", { ...base, slug: "" }, { nickname: null }],
  ["name in another case", { ...base, name: "ADA" }, { username: "ADA" }],
  ["no links", { ...base, links: undefined }, { profileUrl: null }],
  ["links null", { ...base, links: null }, { profileUrl: null }],
  ["links without self", { ...base, links: { self: [null] } }, { profileUrl: null }],
  ["no avatar", { ...base, avatarUrl: undefined }, { avatarUrl: null }],
  [
    "an avatar elsewhere",
    { ...base, avatarUrl: "https://pictures.example/a.png" },
    { avatarUrl: "https://pictures.example/a.png" },
  ],
  [
    "an avatar whose path has the context path already",
    { ...base, avatarUrl: "/bitbucket/users/ada/avatar.png" },
    { avatarUrl: "https://example.com/bitbucket/users/ada/avatar.png" },
  ],
  [
    "an avatar without a scheme",
    { ...base, avatarUrl: "//pictures.example/a.png" },
    { avatarUrl: "https://pictures.example/a.png" },
  ],
  [
    "links that run script",
    { ...base, avatarUrl: " java\tscript:alert(1)", links: { self: [{ href: "data:text/html,x" }] } },
    { avatarUrl: null, profileUrl: null },
  ],
  ["no word whether it is active", { ...base, active: undefined }, { id: "101" }],
];

test.each(vectors)("the profile of a user with %s", async (_, user, expected) => {
  const profile = await profileOf(user);
  expect(profile).toMatchObject(expected);
  expect(typeof profile.emailMissingReason).toBe(profile.email === null ? "string" : "undefined");
});

test.each([undefined, null, "", "101", 0, -1, 1.5, 2 ** 60, {}])(
  "nobody is made of a user whose id is %j",
  async (id) => {
    expect(await failureOf(profileOf({ ...base, id }))).toMatchObject({
      code: "bitbucket.profile_without_id",
      reaction: "malformed",
    });
  },
);

describe("who has no profile", () => {
  test.each([
    [{ type: "SERVICE" }, "bitbucket.not_a_person"],
    [{ type: "SOMETHING_NEW" }, "bitbucket.not_a_person"],
    [{ active: false }, "bitbucket.person_inactive"],
  ])("a user with %j", async (change, code) => {
    expect((await failureOf(profileOf({ ...base, ...change }))).code).toBe(code);
  });

  test("a token nobody stands behind, without looking for a person of that name", async () => {
    const { api, requests } = apiWith({ [properties]: signedIn("access-token-user%2F2%2F7") });
    expect((await failureOf(fetchDataCenterProfile(api, instance))).code).toBe("bitbucket.not_a_person");
    expect(requests).toHaveLength(1);
  });

  test("nobody: the public resource answers, but names no user", async () => {
    const { api } = apiWith({ [properties]: { body: { version: "9.4.2" } } });
    expect((await failureOf(fetchDataCenterProfile(api, instance))).code).toBe("bitbucket.unauthorized");
  });
});

describe("a name that is no slug", () => {
  const list = (...values: unknown[]): RecordedAnswer => ({ body: { values, isLastPage: true } });
  const near = { ...base, id: 7, name: "ada@example.com.au", slug: "ada_example.com.au" };

  test("is found at its likely slug: lower case, odd characters replaced", async () => {
    const user = { ...base, name: "Ada@Example.com", slug: "ada_example.com" };
    const { api, requests } = apiWith({
      [properties]: signedIn("Ada%40Example.com"),
      [`${users}/ada_example.com`]: { body: user },
    });
    expect(await fetchDataCenterProfile(api, instance)).toMatchObject({ id: "101", username: user.name });
    expect(new URL(requests[1]?.url ?? "").searchParams.has("avatarSize")).toBe(true);
  });

  test("is looked for among all who contain it, and near misses are passed over", async () => {
    const user = { ...base, name: "ada@example.com", slug: "ada-1" };
    const { api, requests } = apiWith({
      [properties]: signedIn("ada%40example.com"),
      [`${users}/ada_example.com`]: noSuchUser,
      [users]: list(near, { ...near, name: 7 }, null, user),
    });
    expect(await fetchDataCenterProfile(api, instance)).toMatchObject({ id: "101", nickname: "ada-1" });
    expect(new URL(requests[2]?.url ?? "").searchParams.get("filter")).toBe("ada@example.com");
  });

  test("whose slug is somebody else's is not taken for them", async () => {
    const { api } = apiWith({
      [properties]: signedIn("ada%40example.com"),
      [`${users}/ada_example.com`]: { body: { ...near, slug: "ada_example.com" } },
      [users]: list(near),
    });
    expect((await failureOf(fetchDataCenterProfile(api, instance))).code).toBe("bitbucket.not_a_person");
  });

  test("which was made anew meanwhile is told apart by the number that came with it", async () => {
    const { api } = apiWith({
      [properties]: signedIn("ada", { "x-auserid": "101" }),
      [`${users}/ada`]: { body: { ...base, id: 102 } },
      [users]: list({ ...base, id: 102 }, base),
    });
    expect(await fetchDataCenterProfile(api, instance)).toMatchObject({ id: "101" });
  });

  test.each([
    ["a plus and a blank", "Ada%2BB+C", "ada_b_c", "Ada+B C"],
    ["what is not ASCII", "Zo%C3%AB", "zo_", "Zoë"],
    ["a broken escape, as it is", "100%", "100_", "100%"],
  ])("with %s is decoded", async (_, sign, slug, name) => {
    const { api } = apiWith({
      [properties]: signedIn(sign),
      [`${users}/${slug}`]: { body: { ...base, name, slug } },
    });
    expect(await fetchDataCenterProfile(api, instance)).toMatchObject({ username: name });
  });

  test.each([".", ".."])("that is %j leads nowhere but to the list", async (name) => {
    const { api } = apiWith({ [properties]: signedIn(name), [users]: list({ ...base, name }) });
    expect(await fetchDataCenterProfile(api, instance)).toMatchObject({ username: name });
  });
});

test("whatever is answered, there is a profile with an id and no empty text, or a failure of the catalogue", async () => {
  const anything = fc.jsonValue();
  const user = fc.record(
    {
      id: fc.oneof(fc.integer(), anything),
      name: fc.oneof(fc.constant("ada"), anything),
      slug: anything,
      type: fc.oneof(fc.constant("NORMAL"), anything),
      active: fc.oneof(fc.constant(true), anything),
      displayName: fc.oneof(fc.string({ unit: "binary" }), anything),
      emailAddress: fc.oneof(fc.string(), anything),
      avatarUrl: fc.oneof(fc.string(), fc.webUrl(), anything),
      links: fc.oneof(anything, fc.record({ self: fc.array(fc.record({ href: anything })) })),
    },
    { requiredKeys: ["name"] },
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(user, anything), anything, async (answer, list) => {
      const { api } = apiWith({
        [properties]: signedIn("ada"),
        [`${users}/ada`]: { headers: { "content-type": "application/json" }, body: answer },
        [users]: { headers: { "content-type": "application/json" }, body: list },
      });
      try {
        const profile = await fetchDataCenterProfile(api, instance);
        expect(profile.id).toMatch(/^[1-9]\d*$/);
        expect(Object.values(profile)).not.toContain("");
        expect(profile.emailVerified).toBe(false);
        expect(profile.emails.some(({ isConfirmed }) => isConfirmed)).toBe(false);
      } catch (error) {
        if (!isWindlassError(error)) throw error;
      }
    }),
    { numRuns: 300 },
  );
});
