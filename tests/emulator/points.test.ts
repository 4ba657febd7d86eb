import { expect, test } from "vitest";
import { points, testsOfPoints } from "../../tools/points-document.ts";

test("every point of the lists has a test whose title begins with its number", () => {
  const tests = testsOfPoints(".");
  expect(points).toHaveLength(84);
  expect(points.filter((point) => tests.get(point)?.length === 0)).toEqual([]);
});
