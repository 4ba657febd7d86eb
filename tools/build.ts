/** Owns what is published: `dist/`, made from nothing by the compiler. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

process.exitCode = build(join(root, "dist"));

/** Builds beside the old one and puts the whole in its place, so that nobody ever meets half of it. */
function build(target: string): number {
  const draft = `${target}-${process.pid}`;
  const old = `${target}-${process.pid}-old`;
  try {
    const status = compile(draft);
    if (status !== 0) return status;
    rewriteDeclarations(draft);
    chmodSync(join(draft, "cli", "main.js"), 0o755);
    if (existsSync(target)) renameSync(target, old);
    renameSync(draft, target);
    return 0;
  } finally {
    for (const folder of [draft, old]) rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the compiler. What it says goes to standard error, since `npm pack --json` owns standard output. */
function compile(outDir: string): number {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status } = spawnSync(
    process.execPath,
    [compiler, "-p", "tsconfig.build.json", "--outDir", outDir],
    {
      cwd: root,
      stdio: ["ignore", process.stderr, process.stderr],
    },
  );
  return status ?? 1;
}

/** The compiler turns `./state.ts` into `./state.js` in code, but not in declarations, where not every tool reads it. */
function rewriteDeclarations(folder: string): void {
  for (const path of globSync("**/*.d.ts", { cwd: folder })) {
    const file = join(folder, path);
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(/((?:from |import |import\()")(\.{1,2}\/[^"]+)\.ts"/g, '$1$2.js"'));
  }
}
