import { describe, expect, test } from "vitest";
import { createClient } from "./client.ts";

describe("on a server", () => {
  test("a client may be made and listened to, and knows nothing", () => {
    const client = createClient();
    client.onChange(() => {})();
    client.close();
    expect(client.state).toEqual({ status: "loading", session: null, error: null });
  });

  test.each(["signIn", "signOut", "session"] as const)("%s is refused by name", async (way) => {
    await expect(createClient()[way]()).rejects.toMatchObject({ code: "browser.no_page" });
  });
});

test("an address that is none is refused when the client is made", () => {
  expect(() => createClient({ baseUrl: "windlass.example" })).toThrow(TypeError);
});
