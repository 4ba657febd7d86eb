import { expect, test } from "vitest";
import { isExcepted } from "./proxy.ts";

test.each([
  ["example.com", "example.com", 443, true],
  ["example.com", "a.example.com", 443, true],
  [".example.com", "a.example.com", 443, true],
  ["*.example.com", "a.example.com", 443, true],
  ["EXAMPLE.com", "example.com.", 443, true],
  ["example.com", "badexample.com", 443, false],
  ["example.com", "example.com.evil", 443, false],
  ["example.com:8443", "example.com", 8443, true],
  ["example.com:8443", "example.com", 443, false],
  ["10.0.0.0/8", "10.1.2.3", 443, true],
  ["10.0.0.0/8", "ten.example", 443, false],
  ["::1", "::1", 443, true],
  ["*", "anything.example", 443, true],
  ["", "anything.example", 443, false],
])("NO_PROXY %s and %s, port %i: %s", (entry, host, port, isDirect) => {
  expect(isExcepted([entry], host, port)).toBe(isDirect);
});
