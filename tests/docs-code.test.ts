/** Every program in the documents is one that the compiler takes, with the package's own types. */
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const folder = join(root, "test-results/docs-code");

/** Blocks by the line they begin on. The reference shows declarations; the examples are files of their own. */
function readPrograms(): readonly { readonly name: string; readonly code: string }[] {
  const documents = globSync("{README.md,docs/*.md,docs/guides/*.md}", { cwd: root }).toSorted();
  return documents.flatMap((path) => {
    const text = readFileSync(join(root, path), "utf8");
    return [...text.matchAll(/^```(tsx?)\n(.*?)^```$/gms)].map(({ index, 1: kind = "", 2: code = "" }) => {
      const line = text.slice(0, index).split("\n").length;
      const suffix = { js: "mts", jsx: "tsx" }[kind] ?? kind;
      return { name: `${path.replaceAll("/", "_")}-${line}.${suffix}`, code };
    });
  });
}

test("every program in the documents compiles", () => {
  const programs = readPrograms();
  expect(programs.length).toBeGreaterThan(15);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, code } of programs) writeFileSync(join(folder, name), `${code}\nexport {};\n`);
  writeFileSync(join(folder, "styles.d.ts"), 'declare module "*.css";\n');
  const compilerOptions = { jsx: "react-jsx", lib: ["es2024", "esnext.disposable", "dom", "dom.iterable"] };
  const config = { extends: "../../tsconfig.json", compilerOptions, include: ["*"], exclude: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" });
  expect(stdout).toBe("");
});
