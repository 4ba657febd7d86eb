import { expect, test } from "vitest";
import { nearestName } from "./near-miss.ts";

const known = ["acme/checkout-api", "acme/checkout-web", "acme/billing", "other/inventory"];

test("S22: a slug typo is answered with the repository that was meant", () => {
  expect(nearestName("acme/chekout-api", known)).toBe("acme/checkout-api");
  expect(nearestName("acme/hceckout-api", known)).toBe("acme/checkout-api");
  expect(nearestName("ACME/Checkout_API", known)).toBe("acme/checkout-api");
  expect(nearestName("acme/biling", known)).toBe("acme/billing");
});

test("S22: the right slug in another workspace is found", () => {
  expect(nearestName("acme/inventory", known)).toBe("other/inventory");
  expect(nearestName("acne/billing", known)).toBe("acme/billing");
});

test("nothing is suggested when nothing is near", () => {
  expect(nearestName("acme/payroll-exporter", known)).toBeNull();
  expect(nearestName("acme/web", [])).toBeNull();
});
