import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { completePackages, type LockedPackages, missingPackages } from "../../tools/lockfile.ts";

test.each(["package-lock.json", "tools/node/package-lock.json"])(
  "%s is whole, and names no registry",
  (file) => {
    const text = readFileSync(file, "utf8");
    const { packages }: { packages: LockedPackages } = JSON.parse(text);
    expect(missingPackages(packages), "run: node tools/bootstrap.mjs node tools/lockfile.ts").toEqual([]);
    expect(text).not.toMatch(/"resolved"|https?:\/\/registry/);
  },
);

test("a platform package that npm left out is put where npm looks for it", () => {
  const complete = completePackages({
    "node_modules/parser": {
      version: "2.0.0",
      dev: true,
      optionalDependencies: { "@parser/linux-arm64-musl": "2.0.0", "@parser/darwin-x64": "2.0.0" },
    },
    "node_modules/@parser/darwin-x64": { version: "2.0.0", resolved: "https://example.com/x.tgz" },
    "node_modules/tool/node_modules/parser": {
      version: "1.0.0",
      optionalDependencies: { "@parser/linux-arm64-musl": "1.0.0" },
    },
  });
  expect(complete["node_modules/@parser/linux-arm64-musl"]).toEqual({
    version: "2.0.0",
    cpu: ["arm64"],
    libc: ["musl"],
    os: ["linux"],
    dev: true,
    optional: true,
  });
  expect(complete["node_modules/tool/node_modules/@parser/linux-arm64-musl"]?.version).toBe("1.0.0");
  expect(complete["node_modules/@parser/darwin-x64"]).toEqual({ version: "2.0.0" });
  expect(missingPackages(complete)).toEqual([]);
});
