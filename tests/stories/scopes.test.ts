import { describe, expect, test } from "vitest";
import { runWindlass } from "../run-windlass.ts";

describe("windlass scopes", () => {
  test("prints every list with ticks, in lines of 80 characters", async () => {
    const { exitCode, stdout } = await runWindlass(["scopes"], { env: { NO_COLOR: "1" } });
    expect(exitCode).toBe(0);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    for (const words of [
      "Account: Email",
      "Repositories: Read",
      "read:workspace:bitbucket",
      "PUBLIC_REPOS",
      "PROJECT_READ",
      "removed on 2026-08-20",
    ])
      expect(stdout).toContain(words);
  });

  test("names the fewest for a purpose, with reason and place", async () => {
    const { stdout } = await runWindlass(["scopes", "--for", "sign-in", "--product", "cloud"]);
    expect(stdout).toContain("“Account: Email”");
    expect(stdout).toContain("to read the confirmed e-mail address");
    expect(stdout).toContain("OAuth consumers");
    expect(stdout).not.toContain("API token");
    expect(stdout).not.toContain("not confirmed");
    expect(stdout).not.toContain("Data Center");
  });

  test("says that nobody has confirmed what Data Center's form calls its ticks", async () => {
    for (const more of [[], ["--for", "read-code"]]) {
      const { stdout } = await runWindlass(["scopes", "--product", "data-center", ...more]);
      expect(stdout).toContain("is not confirmed");
    }
  });

  test("gives scripts one object", async () => {
    const { stdout } = await runWindlass(["scopes", "--json", "--for", "read-code"]);
    const { scopes, least } = JSON.parse(stdout);
    expect(scopes).toContainEqual(
      expect.objectContaining({
        list: "oauth",
        scope: "repository",
        tick: "Repositories: Read",
        confirmed: true,
        apiToken: ["read:repository:bitbucket"],
        accessTokens: ["repository", "project", "workspace"],
      }),
    );
    expect(scopes).toContainEqual(
      expect.objectContaining({ list: "link", scope: "REPO_READ", tick: "REPO_READ", confirmed: false }),
    );
    expect(least).toContainEqual(
      expect.objectContaining({
        purpose: "read-code",
        product: "data-center",
        kind: "oauth2",
        scopes: [expect.objectContaining({ scope: "REPO_READ" })],
      }),
    );
  });

  test.each([
    [["--product", "github"], "cloud, data-center or server"],
    [["--for", "world-peace"], "pull-requests"],
  ])("is wrongly used with %j and says what fits", async (args, words) => {
    const { exitCode, stderr } = await runWindlass(["scopes", ...args]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(words);
  });
});
