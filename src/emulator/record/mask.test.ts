import { expect, test } from "vitest";
import { createSecrets } from "./mask.ts";

const secret = (number: number) => `secret-number-${String(number).padStart(4, "0")}`;

test("what is learnt is bounded: the oldest is forgotten, what is learnt again is not", () => {
  const secrets = createSecrets(1000);
  for (let number = 0; number < 500; number += 1) {
    if (secrets.isFull()) {
      secrets.forgetOld();
      secrets.learn("one-in-use & ours");
      expect(secrets.isFull()).toBe(false);
    }
    secrets.learn(secret(number));
  }
  expect(secrets.mask(`${secret(499)}, ${secret(498)}, one-in-use & ours`)).toBe("***, ***, ***");
  expect(secrets.mask("one-in-use%20%26%20ours one-in-use+%26+ours one-in-use &amp; ours")).toBe(
    "*** *** ***",
  );
  expect(secrets.mask(secret(0))).toBe(secret(0));
});

test("two secrets that are written alike are forgotten apart", () => {
  const secrets = createSecrets(300);
  secrets.learn("alike & more");
  secrets.learn("alike%20%26%20more");
  for (let number = 0; !secrets.isFull(); number += 1) {
    secrets.learn("alike%20%26%20more");
    secrets.learn(secret(number));
  }
  secrets.learn("alike%20%26%20more");
  secrets.forgetOld();
  expect(secrets.mask("alike & more")).toBe("alike & more");
  expect(secrets.mask("alike%20%26%20more")).toBe("***");
});
