import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { assetsSource } from "../../tools/assets.ts";
import { assets } from "./assets.ts";

test("assets.ts is what its plain sources and the pinned packages give", () => {
  const kept = readFileSync(new URL("assets.ts", import.meta.url), "utf8");
  expect(kept === assetsSource(), "run: node tools/assets.ts").toBe(true);
});

test("nothing is loaded from elsewhere and no picture is hidden in the stylesheet of ours", () => {
  const { body } = assets["windlass.css"] ?? { body: "" };
  expect(body).not.toMatch(/@import|url\(\s*["']?https?:/);
  expect(body.slice(body.indexOf("/* Owns colours"))).not.toContain("url(");
  expect(body).toContain("Pico CSS");
});
