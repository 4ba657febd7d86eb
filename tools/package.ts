/** Owns the packed tarball, for whoever tries the package as a stranger would: installed in an empty folder. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./clone-lock.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Everything the tarball is made of. */
const ingredients = ["src/**/*", "*.{json,md}", "LICENSE", "NOTICE", "tools/build.ts"];

/** The path of a tarball of what lies in the clone now; packed anew only when something has changed. */
export async function packPackage(): Promise<string> {
  const tarball = join(root, ".windlass", "package", `${ingredientsHash()}.tgz`);
  await withLock({ root, name: "package" }, async () => {
    if (existsSync(tarball)) return;
    const folder = join(root, ".windlass", "package");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await runNpm(["pack", "--pack-destination", folder], root);
    const [packed = ""] = globSync("*.tgz", { cwd: folder });
    renameSync(join(folder, packed), tarball);
  });
  return tarball;
}

/** Installs the packed tarball, with what it depends on and nothing else, in an empty folder. */
export async function installPackage(folder: string): Promise<void> {
  const tarball = await packPackage();
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await runNpm(["install", "--no-audit", "--no-fund", "--prefer-offline", "--omit=dev", tarball], folder);
}

/** The newest Node the package is tried with, beside the one that runs this: brought by npm, once for each clone. */
export async function newestNode(): Promise<string> {
  const folder = join(root, "tools", "newest-node");
  const program = join(folder, "node_modules", ".bin", "node");
  const present = join(folder, "node_modules", ".package-lock.json");
  await withLock({ root, name: "newest-node" }, async () => {
    if (!existsSync(present)) await runNpm(["ci", "--no-audit", "--no-fund"], folder);
  });
  if (existsSync(program)) return program;
  throw new Error(
    `There is no newer Node for ${process.platform} on ${process.arch} to try the package with.`,
  );
}

function ingredientsHash(): string {
  const hash = createHash("sha256");
  for (const path of globSync(ingredients, { cwd: root, withFileTypes: true }).sort(byPath)) {
    if (path.isFile())
      hash
        .update(`${join(path.parentPath, path.name)}\0`)
        .update(readFileSync(join(path.parentPath, path.name)));
  }
  return hash.digest("hex").slice(0, 16);
}

function byPath(a: { parentPath: string; name: string }, b: { parentPath: string; name: string }): number {
  return join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1;
}

/** npm, without what an outer npm said to its own script, such as `--json` or `--dry-run`. */
function runNpm(args: readonly string[], cwd: string): Promise<void> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_config_(json|dry_run|loglevel|silent)$/i.test(name),
    ),
  );
  return new Promise((resolve, reject) => {
    const child = spawn("npm", [...args, "--loglevel", "error"], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`npm ${args[0]} failed in ${cwd}:\n${output}`)),
    );
  });
}
