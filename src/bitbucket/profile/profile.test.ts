import { describe, expect, test } from "vitest";
import { type RecordedAnswer, recorded } from "../../../tests/bitbucket/recorded.ts";
import { fc } from "../../../tests/property.ts";
import { isWindlassError } from "../../base/errors.ts";
import { bearer } from "../api/authorize.ts";
import { createApi } from "../api/client.ts";
import { cloudUrls } from "../cloud.ts";
import { asList, asText, at } from "../json.ts";
import type { EmailStanding } from "./email.ts";
import { fetchProfile, type Profile } from "./profile.ts";

const base = {
  uuid: "{a-b}",
  username: "ada",
  display_name: "Ada Lovelace",
  links: { avatar: { href: "A" }, html: { href: "H" } },
};

type Address = readonly [email: unknown, isPrimary: unknown, isConfirmed: unknown];
const listed = (...addresses: Address[]): RecordedAnswer => ({
  body: {
    values: addresses.map(([email, is_primary, is_confirmed]) => ({ email, is_primary, is_confirmed })),
  },
});
const someone = listed(["ada@example.com", true, true]);

async function profileOf(user: unknown, emails: RecordedAnswer = someone): Promise<Profile> {
  const { fetch } = recorded({ "/2.0/user": { body: user }, "/2.0/user/emails": emails });
  return fetchProfile(createApi({ urls: cloudUrls, fetch, authorize: bearer("t") }), "bitbucket");
}

test("G14, G18: a person's profile holds everything Bitbucket says of them", async () => {
  const user = { ...base, account_id: "557058:270a1f96", nickname: "Ada L", is_staff: false };
  const profile = await profileOf(
    user,
    listed(["b@example.com", false, false], ["a@example.com", true, true]),
  );
  expect(profile).toEqual({
    instance: "bitbucket",
    id: "a-b",
    accountId: "557058:270a1f96",
    email: "a@example.com",
    emailVerified: true,
    emailStanding: "confirmed",
    emails: [
      { email: "b@example.com", isPrimary: false, isConfirmed: false },
      { email: "a@example.com", isPrimary: true, isConfirmed: true },
    ],
    username: "ada",
    nickname: "Ada L",
    displayName: "Ada Lovelace",
    firstName: "Ada",
    lastName: "Lovelace",
    avatarUrl: "A",
    profileUrl: "H",
    raw: user,
  });
});

const emailVectors: readonly [string, RecordedAnswer, string | null, boolean][] = [
  ["primary listed second", listed(["x@e", false, true], ["p@e", true, true]), "p@e", true],
  [
    "primary unconfirmed, another confirmed",
    listed(["c@e", false, true], ["p@e", true, false]),
    "p@e",
    false,
  ],
  [
    "primary empty, another confirmed",
    listed(["", true, true], ["u@e", false, false], ["c@e", false, true]),
    "c@e",
    true,
  ],
  ["primary empty, another unconfirmed", listed(["", true, true], ["u@e", false, false]), "u@e", false],
  ["primary blank, nothing else", listed(["  ", true, true]), null, false],
  ["no primary, second is confirmed", listed(["x@e", false, false], ["c@e", false, true]), "c@e", true],
  ["none primary, none confirmed", listed(["x@e", false, false], ["y@e", false, false]), "x@e", false],
  ["two primaries", listed(["p@e", true, false], ["q@e", true, true]), "p@e", false],
  ["flags that are words, not booleans", listed(["x@e", "true", "true"], ["c@e", false, true]), "c@e", true],
  [
    "an address that is no text",
    listed([7, true, true], [null, true, true], ["c@e", false, true]),
    "c@e",
    true,
  ],
  ["white space around the address", listed([" p@e\n", true, true]), "p@e", true],
  ["an empty list", { body: { values: [] } }, null, false],
  ["no values", { body: {} }, null, false],
  ["values null", { body: { values: null } }, null, false],
  ["values that are no objects", { body: { values: [null, "x@e", []] } }, null, false],
];

test.each(emailVectors)("the e-mail of an account with %s", async (_, emails, email, emailVerified) => {
  const profile = await profileOf(base, emails);
  expect(profile).toMatchObject({ email, emailVerified });
  expect(typeof profile.emailMissingReason).toBe(email === null ? "string" : "undefined");
});

const standings: readonly [string, EmailStanding, readonly Address[]][] = [
  [
    "the only primary one, confirmed",
    "confirmed",
    [
      ["x@e", false, true],
      ["p@e", true, true],
    ],
  ],
  [
    "an unconfirmed primary one",
    "listed",
    [
      ["p@e", true, false],
      ["c@e", false, true],
    ],
  ],
  ["no primary one, a confirmed one", "listed", [["c@e", false, true]]],
  [
    "two primary ones, both confirmed",
    "listed",
    [
      ["p@e", true, true],
      ["q@e", true, true],
    ],
  ],
  [
    "the same one twice, once unconfirmed",
    "listed",
    [
      ["p@e", true, true],
      ["P@E", false, false],
    ],
  ],
  [
    "a primary one that is no text",
    "listed",
    [
      [7, true, true],
      ["c@e", false, true],
    ],
  ],
  ["flags that are words", "listed", [["p@e", "true", "true"]]],
  ["none", "absent", []],
];

test.each(standings)("E2: %s: %s", async (_, standing, addresses) => {
  expect((await profileOf(base, listed(...addresses))).emailStanding).toBe(standing);
});

test("the primary address is found on a later page", async () => {
  const next = "https://api.bitbucket.org/2.0/user/emails/2";
  const page = { values: [{ email: "x@e", is_primary: false, is_confirmed: true }], next };
  const { fetch } = recorded({
    "/2.0/user": { body: base },
    "/2.0/user/emails": { body: page },
    "/2.0/user/emails/2": listed(["p@e", true, true]),
  });
  const api = createApi({ urls: cloudUrls, fetch, authorize: bearer("t") });
  expect(await fetchProfile(api, "bitbucket")).toMatchObject({
    email: "p@e",
    emailVerified: true,
    emailStanding: "confirmed",
  });
});

const nobody = { firstName: null, lastName: null, displayName: null };
const userVectors: readonly [string, unknown, Partial<Profile>][] = [
  ["display name of one word", { ...base, display_name: "Ada" }, { firstName: "Ada", lastName: null }],
  [
    "display name with two spaces",
    { ...base, display_name: "Ada  King Lovelace" },
    { firstName: "Ada", lastName: "King Lovelace", displayName: "Ada  King Lovelace" },
  ],
  ["display name of spaces", { ...base, display_name: "   " }, nobody],
  ["display name missing", { ...base, display_name: undefined }, nobody],
  ["display name null", { ...base, display_name: null }, nobody],
  ["display name a number", { ...base, display_name: 7 }, nobody],
  [
    "display name with a no-break space",
    { ...base, display_name: "Ada\u00a0Lovelace" },
    { firstName: "Ada", lastName: "Lovelace" },
  ],
  ["display name in spaces", { ...base, display_name: " Ada Lovelace " }, { displayName: "Ada Lovelace" }],
  ["uuid without braces", { ...base, uuid: "a-b" }, { id: "a-b" }],
  ["uuid in upper case", { ...base, uuid: "{A-B}" }, { id: "a-b" }],
  ["uuid in two pairs of braces", { ...base, uuid: "{{a}}" }, { id: "a" }],
  [
    "no username, but a nickname",
    { ...base, username: undefined, nickname: "Countess" },
    { username: null, nickname: "Countess" },
  ],
  ["an empty username", { ...base, username: "" }, { username: null, nickname: null }],
  ["no links", { ...base, links: undefined }, { avatarUrl: null, profileUrl: null }],
  ["links null", { ...base, links: null }, { avatarUrl: null, profileUrl: null }],
  [
    "avatar without href",
    { ...base, links: { avatar: {}, html: { href: "H" } } },
    { avatarUrl: null, profileUrl: "H" },
  ],
  ["avatar null", { ...base, links: { avatar: null, html: [] } }, { avatarUrl: null, profileUrl: null }],
  [
    "links that run script",
    { ...base, links: { avatar: { href: " java\tscript:alert(1)" }, html: { href: "data:text/html,x" } } },
    { avatarUrl: null, profileUrl: null },
  ],
  ["no account_id", base, { accountId: null }],
];

test.each(userVectors)("the profile of a user with %s", async (_, user, expected) => {
  expect(await profileOf(user)).toMatchObject(expected);
});

test.each([undefined, null, "", " ", "{}", "{{}}", 7, {}])(
  "nobody is made of a user whose uuid is %j",
  async (uuid) => {
    await expect(profileOf({ ...base, uuid })).rejects.toMatchObject({
      code: "bitbucket.profile_without_id",
      reaction: "malformed",
    });
  },
);

describe("when the addresses are refused", () => {
  test("G4, G18: a missing scope leaves the e-mail null and names the tick", async () => {
    const body = {
      type: "error",
      error: {
        message: "Your credentials lack one or more required privilege scopes.",
        detail: { required: ["email"], granted: ["account"] },
      },
    };
    const profile = await profileOf(base, { status: 403, body });
    expect(profile).toMatchObject({ id: "a-b", email: null, emailVerified: false, emails: [] });
    expect(profile.emailMissingReason).toContain("email (“Account: Email”)");
  });

  test("a 403 or 404 without a word is not fatal either", async () => {
    for (const status of [403, 404, 410]) {
      const profile = await profileOf(base, { status, body: "" });
      expect(profile).toMatchObject({ email: null, emailMissingReason: expect.stringMatching(/\.$/) });
    }
  });

  test("anything else is, so that nobody loses an address to a bad minute", async () => {
    for (const [status, code] of [
      [401, "bitbucket.unauthorized"],
      [429, "bitbucket.rate_limited"],
      [503, "bitbucket.unavailable"],
    ] as const) {
      await expect(profileOf(base, { status, body: "" })).rejects.toMatchObject({ code });
    }
  });
});

test("a refusal of the user itself is a failure of the catalogue", async () => {
  const { fetch } = recorded([{ status: 401, body: "" }]);
  const api = createApi({ urls: cloudUrls, fetch, authorize: bearer("t") });
  await expect(fetchProfile(api, "bitbucket")).rejects.toMatchObject({ code: "bitbucket.unauthorized" });
});

/** The addresses an answer calls confirmed, in no uncertain words. */
function confirmedIn(addresses: unknown): readonly unknown[] {
  const values = asList(at(addresses, "values"));
  return values
    .filter((value) => at(value, "is_confirmed") === true)
    .map((value) => asText(at(value, "email"))?.trim());
}

test("whatever is answered, there is a profile with an id and no empty text, or a failure of the catalogue", async () => {
  const anything = fc.jsonValue();
  const user = fc.record(
    {
      uuid: fc.oneof(fc.string(), anything),
      display_name: fc.oneof(fc.string({ unit: "binary" }), anything),
      username: anything,
      nickname: anything,
      account_id: anything,
      links: fc.oneof(anything, fc.record({ avatar: anything, html: fc.record({ href: anything }) })),
    },
    { requiredKeys: [] },
  );
  const emails = fc.oneof(
    anything,
    fc.record({
      values: fc.array(
        fc.record({
          email: fc.oneof(fc.constantFrom("a@e", " a@e ", "b@e"), anything),
          is_primary: fc.oneof(fc.boolean(), anything),
          is_confirmed: fc.oneof(fc.boolean(), anything),
        }),
      ),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(user, anything), emails, async (answer, addresses) => {
      try {
        const headers = { "content-type": "application/json" };
        const profile = await profileOf(answer, { headers, body: addresses });
        expect(profile.id).not.toBe("");
        expect(Object.values(profile)).not.toContain("");
        if (profile.emailStanding === "confirmed") expect(profile.emailVerified).toBe(true);
        if (profile.emailVerified) expect(confirmedIn(addresses)).toContain(profile.email);
      } catch (error) {
        if (!isWindlassError(error)) throw error;
      }
    }),
    { numRuns: 300 },
  );
});
