import { expect, test } from "vitest";
import { signatureOf } from "./signature.ts";

test("the signature is the HMAC of the bytes in lower-case hex", () => {
  // RFC 4231 section 4.3, test case 2
  expect(signatureOf("Jefe", Buffer.from("what do ya want for nothing?"))).toBe(
    "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  );
});

test("a secret's letters beyond ASCII count as UTF-8", () => {
  const body = Buffer.from("{}");
  expect(signatureOf("schlüssel", body)).toBe(signatureOf(Buffer.from("schlüssel").toString("utf8"), body));
  expect(signatureOf("schlüssel", body)).not.toBe(signatureOf("schlussel", body));
});
