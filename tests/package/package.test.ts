import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installPackage, newestNode, packPackage } from "../../tools/package.ts";

const run = promisify(execFile);
const checkout = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "windlass-package-"));
const manifest = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"));
const entries = Object.keys(manifest.exports)
  .filter((entry) => !/\.(json|css)$/.test(entry))
  .map((entry) => entry.replace(/^\./, "windlass"));

const neutralEntries = ["windlass/bitbucket", "windlass/suspects", "windlass/client", "windlass/react"];
const compiler = join(checkout, "node_modules/.bin/tsc");

/** Whoever uses `windlass/react` has React, and so on; nobody else needs them. */
const peers = ["react", "@types/react", "fastify", "next"];

beforeAll(async () => {
  await installPackage(folder);
  for (const peer of peers) {
    const place = join(folder, "node_modules", peer);
    // Fails where npm has brought it: it is optional.
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(checkout, "node_modules", peer), place);
  }
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program in the folder the package is installed in. */
async function runThere(program: string, node = process.execPath): Promise<string> {
  writeFileSync(join(folder, "program.js"), program);
  const { stdout } = await run(node, ["program.js"], { cwd: folder });
  return stdout;
}

describe("installed in an empty folder, the package", () => {
  test.each(entries)("can be imported as %s", async (entry) => {
    const names = await runThere(
      `console.log(Object.keys(await import(${JSON.stringify(entry)})).join(" "));`,
    );
    expect(names.trim()).not.toBe("");
  });

  test("can be imported whole, signs in, seals and closes in the newest Node", async () => {
    const program = `
      ${entries.map((entry, at) => `import * as entry${at} from ${JSON.stringify(entry)};`).join("\n")}
      const { createEmulator } = entry${entries.indexOf("windlass/emulator")};
      const { createWindlass } = entry${entries.indexOf("windlass")};
      const emulator = await createEmulator({ autoApprove: "johndoe", callbackUrl: "http://localhost:8000/auth/bitbucket/callback" });
      const [{ key: clientId, secret: clientSecret }] = emulator.consumers;
      const { bitbucket: web, api } = emulator.urls;
      const urls = { web, authorize: web + "/site/oauth2/authorize", token: web + "/site/oauth2/access_token", api: api + "/2.0" };
      const windlass = await createWindlass({ database: ":memory:", instances: { bitbucket: { clientId, clientSecret, urls } } });
      const host = "http://localhost:8000";
      const jar = new Map();
      const ask = async (url) => {
        const cookie = [...jar].map((pair) => pair.join("=")).join("; ");
        const answer = await windlass.handler(new Request(url, { headers: { cookie } }));
        for (const line of answer.headers.getSetCookie()) jar.set(...line.split(";")[0].split(/=(.*)/s));
        return answer;
      };
      const away = (await ask(host + "/auth/bitbucket/login")).headers.get("location");
      await ask((await fetch(away, { redirect: "manual" })).headers.get("location"));
      const { user } = await (await ask(host + "/auth/session")).json();
      await windlass.close();
      await emulator.close();
      console.log(process.versions.node, user.displayName);
    `;
    expect(await runThere(program, await newestNode())).toMatch(/^26\.\d+\.\d+ John Doe\n$/);
  }, 120_000);

  test.each(neutralEntries)("loads nothing of Node's own for %s", async (entry) => {
    const program = `
      import { registerHooks } from "node:module";
      const loaded = [];
      registerHooks({ resolve(specifier, context, next) {
        const found = next(specifier, context);
        loaded.push(found.url);
        return found;
      } });
      await import(${JSON.stringify(entry)});
      console.log(JSON.stringify(loaded));
    `;
    const loaded: string[] = JSON.parse(await runThere(program));
    expect(loaded).not.toHaveLength(0);
    expect(loaded.filter((url) => url.startsWith("node:"))).toEqual([]);
  });

  test.each([
    ["in any page", neutralEntries, ["--types", ""]],
    ["in a server", entries, ["--types", "node", "--typeRoots", join(checkout, "node_modules/@types")]],
  ])("has types that a strict compiler takes %s", async (_where, names, types) => {
    const program = names.map((name, index) => `export * as entry${index} from ${JSON.stringify(name)};`);
    writeFileSync(join(folder, "program.ts"), program.join("\n"));
    const options = "--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2024";
    const libraries = ["--lib", "es2024,dom,dom.iterable,esnext.disposable"];
    await run(compiler, [...options.split(" "), ...libraries, ...types, "program.ts"], { cwd: folder });
  });

  test("has a command that tells its commands", async () => {
    const { stdout } = await run("npx", ["--no-install", "windlass", "--help"], { cwd: folder });
    expect(stdout).toContain("Usage: windlass COMMAND");
  });

  test("holds no tests and no sources", async () => {
    const { stdout } = await run("tar", ["-tzf", await packPackage()]);
    const files = stdout.trim().split("\n");
    expect(files).toContain("package/LICENSE");
    expect(files).toContain("package/NOTICE");
    expect(files.filter((file) => /\.test\.|(?<!\.d)\.ts$/.test(file))).toEqual([]);
  });
});

describe("for those who only read its shape, the package", () => {
  test("passes publint", async () => {
    const tarball = await packPackage();
    const { stdout } = await run(join(checkout, "node_modules/.bin/publint"), ["run", "--strict", tarball]);
    expect(stdout).toContain("All good!");
  });

  test("passes attw for ESM", async () => {
    const tarball = await packPackage();
    const args = [
      tarball,
      "--profile",
      "esm-only",
      "--no-color",
      "--no-emoji",
      "--exclude-entrypoints",
      "react.css",
    ];
    const { stdout } = await run(join(checkout, "node_modules/.bin/attw"), args);
    expect(stdout.match(/OK \(ESM\)/g)).toHaveLength(entries.length);
  });
});
