import { describe, expect, test } from "vitest";
import { signInPageWays } from "./sign-in-page-config.ts";

const withWays = (...ways: readonly object[]) => signInPageWays.safeParse({ ways });
const gitlab = { id: "gitlab", title: "GitLab", href: "/oauth/gitlab" };
const problems = (result: ReturnType<typeof withWays>) =>
  result.error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? [];

test("there are no further ways, and no guests, unless told", () => {
  expect(signInPageWays.parse(undefined)).toEqual({ ways: [] });
});

test("a guest's link has a title of its own accord", () => {
  expect(signInPageWays.parse({ guest: { href: "/browse" } }).guest?.title).toBe("Go on as a guest");
});

describe("a way leads", () => {
  test.each(["/oauth/gitlab", "/a?b=c#d", "https://login.example.com/x", "http://localhost:3000/x"])(
    "to %s",
    (href) => {
      expect(problems(withWays({ ...gitlab, href }))).toEqual([]);
    },
  );

  test.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "http://login.example.com",
    "https://",
    "login",
    "",
  ])("not to %j", (href) => {
    expect(problems(withWays({ ...gitlab, href }))).toEqual([
      expect.stringMatching(/^ways\.0\.href must be a path such as/),
    ]);
  });
});

test.each([
  ["two of one name", [gitlab, { ...gitlab, title: "Again" }], "ways.1.id is taken: each way needs its own"],
  ["one of the guest's name", [{ ...gitlab, id: "guest" }], "ways.0.id is taken: each way needs its own"],
])("%s are refused", (_what, ways, problem) => {
  expect(problems(withWays(...ways))).toEqual([problem]);
});
