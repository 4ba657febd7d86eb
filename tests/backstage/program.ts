/** Owns programs of somebody who uses the package: written into a folder, compiled against it, and run as processes. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const checkout = join(import.meta.dirname, "../..");

/** The entries a program may import, as they lie in the sources. */
const entries: Readonly<Record<string, string>> = {
  windlass: join(checkout, "src/library/index.ts"),
  "windlass/backstage": join(checkout, "src/backstage/index.ts"),
};

export interface Workplace {
  readonly folder: string;
  write(files: Readonly<Record<string, string>>): void;
  /** What a strict compiler says of these files, a line each: `name.ts(1,2): error …`; none when it takes them. */
  compile(...files: readonly string[]): Promise<readonly string[]>;
  /** Starts a program; `printed` is all that it has said. */
  start(file: string, environment: Readonly<Record<string, string>>): Running;
  remove(): void;
}

export interface Running {
  printed(): string;
  /** Resolves once the address answers that it is ready; throws where the program has ended before. */
  ready(url: string): Promise<void>;
  stop(): Promise<void>;
}

/** Below the clone, where what the package depends on is found. */
export function openWorkplace(): Workplace {
  const place = join(checkout, ".windlass");
  mkdirSync(place, { recursive: true });
  const folder = mkdtempSync(join(place, "program-"));
  const write = (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  };
  write({ "package.json": JSON.stringify({ type: "module" }), "entries.mjs": hooks });
  return {
    folder,
    write,
    async compile(...files) {
      const tsconfig = { compilerOptions: strict, files };
      write({ "tsconfig.json": JSON.stringify(tsconfig) });
      const compiler = join(checkout, "node_modules/.bin/tsc");
      return promisify(execFile)(compiler, ["-p", "."], { cwd: folder }).then(
        () => [],
        ({ stdout }: { stdout?: string }) => ofPrograms(stdout ?? ""),
      );
    },
    start: (file, environment) => run(folder, file, environment),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Our own sources are compiled along, and what is said of them is another check's. */
function ofPrograms(said: string): readonly string[] {
  return said.split("\n").filter((line) => line !== "" && !/^(\.\.\/)+src\//.test(line));
}

const strict = {
  target: "es2024",
  lib: ["es2024", "esnext.disposable", "dom.iterable"],
  module: "nodenext",
  types: ["node"],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
  paths: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, [path]])),
};

const hooks = `
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
const entries = ${JSON.stringify(entries)};
registerHooks({
  resolve: (name, context, next) =>
    Object.hasOwn(entries, name) ? next(pathToFileURL(entries[name]).href, context) : next(name, context),
});
`;

function run(folder: string, file: string, environment: Readonly<Record<string, string>>): Running {
  const child: ChildProcess = spawn(process.execPath, ["--import", "./entries.mjs", file], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  const keep = (text: unknown) => (printed += String(text));
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  const ended = once(child, "exit");
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    printed: () => printed,
    async ready(url) {
      while (isRunning()) {
        const answer = await fetch(`${url}/readyz`).catch(() => null);
        if (answer?.status === 200) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`the program has ended:\n${printed}`);
    },
    async stop() {
      if (isRunning()) child.kill("SIGTERM");
      await ended;
    },
  };
}
