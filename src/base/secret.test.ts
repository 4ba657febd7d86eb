import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Secret } from "./secret.ts";

test("no way of printing a secret shows it", () => {
  const secret = new Secret("hunter2");
  const ways = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ secret }, { depth: 9 }),
  ];
  for (const printed of ways) {
    expect(printed).not.toContain("hunter2");
    expect(printed).toContain("[secret]");
  }
  expect(Object.keys(secret)).toEqual([]);
  expect(secret.reveal()).toBe("hunter2");
});
