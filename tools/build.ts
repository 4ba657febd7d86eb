/** Owns what is published: `dist/`, made from nothing by the compiler, and the command line as a bundle. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Published as it is. */
const reactStyle = "src/browser/react/windlass.css";

process.exitCode = await build(join(root, "dist"));

/** Builds beside the old one and puts the whole in its place, so that nobody ever meets half of it. */
async function build(target: string): Promise<number> {
  const draft = `${target}-${process.pid}`;
  const old = `${target}-${process.pid}-old`;
  try {
    const status = compile(draft);
    if (status !== 0) return status;
    rewriteDeclarations(draft);
    cpSync(join(root, reactStyle), join(draft, reactStyle.slice("src/".length)));
    await bundleCommandLine(join(draft, "cli"));
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

/**
 * Nobody imports the command line, so it needs neither declarations nor files of its own: as a few chunks that hold
 * what they depend on it starts in a third of the time. See docs/decisions/0002-the-command-line-is-bundled.md.
 */
async function bundleCommandLine(folder: string): Promise<void> {
  rmSync(folder, { recursive: true });
  const bundle = await rolldown({
    input: join(root, "src", "cli", "main.ts"),
    platform: "node",
    // Two of its parts carry their licence in the README alone; and who has no PostgreSQL never loads it.
    external: ["pg"],
    logLevel: "warn",
  });
  const { output } = await bundle.write({ dir: folder, format: "esm", chunkFileNames: "[name]-[hash].js" });
  const modules = output.flatMap((part) => (part.type === "chunk" ? part.moduleIds : []));
  writeFileSync(join(folder, "THIRD-PARTY.md"), noticesOf(modules));
  chmodSync(join(folder, "main.js"), 0o755);
}

/** The licences of the packages that went into the bundle. Throws where one carries none. */
function noticesOf(modules: readonly string[]): string {
  const packages = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0] ?? []);
  const notices = [...new Set(packages)].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const [file] = globSync("{LICENSE,license,LICENCE,COPYING}*", { cwd: folder });
    if (file === undefined) throw new Error(`${name} carries no licence, so it cannot be bundled.`);
    return `## ${name} ${version}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  return `# What the command line holds of other packages\n\n${notices.join("\n")}`;
}
