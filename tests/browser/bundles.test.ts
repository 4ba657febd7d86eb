import { describe, expect, test } from "vitest";
import { type BrowserEntry, bundleProgram, gzipBytes } from "./bundle.ts";

const most = 4096;

/** Everything that an entry has, so that nothing can be left out. */
const whole = (entry: BrowserEntry) => bundleProgram(`export * from "${entry}";`, ["react"]);

describe("bundled for a page", () => {
  test("windlass/client asks for nothing else, and is at most 4 kB", async () => {
    const { code, asksFor } = await whole("windlass/client");
    expect(code).toContain("/auth/session");
    expect(asksFor).toEqual([]);
    expect(gzipBytes(code)).toBeLessThanOrEqual(most);
  });

  test("windlass/react asks for React alone, and is at most 4 kB", async () => {
    const { code, asksFor } = await whole("windlass/react");
    expect(code).toContain("Sign in with Bitbucket");
    expect(asksFor).toEqual(["react"]);
    expect(gzipBytes(code)).toBeLessThanOrEqual(most);
  });

  test("windlass/bitbucket asks for nothing else", async () => {
    const { code, asksFor } = await whole("windlass/bitbucket");
    expect(code).toContain("access_token");
    expect(asksFor).toEqual([]);
  });
});
