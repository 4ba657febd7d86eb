import { expect, test } from "vitest";
import { editDistance } from "./edit-distance.ts";

test("a swap of neighbours is one mistake", () => {
  expect(editDistance("checkout", "hceckout")).toBe(1);
  expect(editDistance("", "abc")).toBe(3);
  expect(editDistance("kitten", "sitting")).toBe(3);
});
