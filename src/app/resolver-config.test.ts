import { describe, expect, test } from "vitest";
import { isWindlassError } from "../base/errors.ts";
import { parseConfig } from "./config.ts";

const cloud = { clientId: "key", clientSecret: "secret" };
const catalog = { locations: [{ type: "file", target: import.meta.filename }] };

/** Each mistake as `path: problem`. */
function mistakes(...resolvers: readonly unknown[]): readonly string[] {
  try {
    parseConfig({ catalog, instances: { bitbucket: cloud }, signIn: { resolvers } });
    return [];
  } catch (error) {
    if (!isWindlassError(error, "app.config_invalid")) throw error;
    const problems = error.data.problems as { path: string; problem: string }[]; // as `configInvalid` writes them
    return problems.map(({ path, problem }) => `${path}: ${problem}`);
  }
}

describe("a resolver", () => {
  test("takes its own options, and domains in any spelling", () => {
    const config = parseConfig({
      catalog,
      instances: { bitbucket: cloud },
      signIn: {
        resolvers: [
          {
            resolver: "emailLocalPartMatchingUserEntityName",
            allowedDomains: ["Example.COM", "bücher.example"],
            stripPlusTag: true,
          },
        ],
      },
    });
    expect(config.signIn?.resolvers?.[0]?.allowedDomains).toEqual(["example.com", "xn--bcher-kva.example"]);
  });

  test.each([
    [
      { resolver: "emailMatchingUserEntity" },
      /0\.resolver: has "emailMatchingUserEntity"; known are .*firstSignIn$/,
    ],
    [{}, /0\.resolver: /],
    [{ resolver: 7 }, /0\.resolver: has 7/],
    [
      { resolver: "usernameMatchingUserEntityAnnotation", allowedDomains: ["a.example"] },
      /0\.allowedDomains: means nothing/,
    ],
    [
      { resolver: "firstSignIn", dangerouslyAllowSignInWithoutUserInCatalog: true },
      /means nothing to firstSignIn/,
    ],
    [{ resolver: () => null, stripPlusTag: true }, /0\.stripPlusTag: means nothing to a function/],
    [{ resolver: "emailLocalPartMatchingUserEntityName" }, /0\.allowedDomains: is missing/],
    [{ resolver: "emailMatchingUserEntityProfileEmail", allowedDomains: [] }, /names no domain/],
    [{ resolver: "emailMatchingUserEntityProfileEmail", alowedDomains: ["a.example"] }, /0\.alowedDomains: /],
  ])("says what is wrong with %j", (choice, expected) => {
    expect(mistakes(choice).join("\n")).toMatch(expected);
  });

  test.each(["@example.com", "*.example.com", "", " ", "example.com/x", "a@example.com", "example"])(
    "takes no domain that would never match, or match too much: %j",
    (domain) => {
      const found = mistakes({ resolver: "emailMatchingUserEntityProfileEmail", allowedDomains: [domain] });
      expect(found.join("\n")).toContain("allowedDomains.0: has");
    },
  );

  test("behind one that lets in whoever comes would never be asked", () => {
    const byId = { resolver: "userIdMatchingUserEntityAnnotation" };
    expect(mistakes({ resolver: "firstSignIn" }, byId).join("\n")).toContain("is never asked");
    expect(mistakes(byId, { resolver: "firstSignIn" })).toEqual([]);
  });

  test("needs a catalog when it looks there, and none otherwise", () => {
    const signIn = (resolver: unknown) =>
      parseConfig({ instances: { bitbucket: cloud }, signIn: { resolvers: [{ resolver }] } });
    expect(() => signIn("emailMatchingUserEntityProfileEmail")).toThrow("catalog.locations");
    expect(signIn("firstSignIn").signIn?.resolvers).toHaveLength(1);
    expect(signIn(() => null).signIn?.resolvers).toHaveLength(1);
  });
});
