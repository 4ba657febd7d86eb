import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { withLock } from "../../tools/clone-lock.mjs";

const run = promisify(execFile);
const tools = join(import.meta.dirname, "../../tools");
let clone: string;

/** A clone with the bootstrap, one local dependency and nothing installed. */
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "windlass-clone-"));
  mkdirSync(join(clone, "tools"));
  for (const file of ["bootstrap.mjs", "clone-lock.mjs"])
    cpSync(join(tools, file), join(clone, "tools", file));
  mkdirSync(join(clone, "bucket"));
  writeFileSync(join(clone, "bucket/package.json"), JSON.stringify({ name: "bucket", version: "1.0.0" }));
  const manifest = { name: "clone", version: "1.0.0", dependencies: { bucket: "file:bucket" } };
  writeFileSync(join(clone, "package.json"), JSON.stringify(manifest));
  const packages = {
    "": manifest,
    bucket: { version: "1.0.0" },
    "node_modules/bucket": { resolved: "bucket", link: true },
  };
  writeFileSync(
    join(clone, "package-lock.json"),
    JSON.stringify({ name: "clone", version: "1.0.0", lockfileVersion: 3, packages }),
  );
});

afterEach(() => rmSync(clone, { recursive: true }));

function bootstrap(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return run(process.execPath, ["tools/bootstrap.mjs", ...args], {
    cwd: clone,
    env: { ...process.env, ...env },
  });
}

describe("the bootstrap", () => {
  test("installs once, says so in one line on standard error, and leaves standard output to the command", async () => {
    const first = await bootstrap(["node", "-e", "console.log('{}')"]);
    expect(first).toEqual({ stdout: "{}\n", stderr: "windlass: installing the dependencies (npm ci) …\n" });
    expect(existsSync(join(clone, "node_modules/bucket"))).toBe(true);
    expect(await bootstrap(["node", "-e", "console.log('{}')"])).toEqual({ stdout: "{}\n", stderr: "" });
  });

  test("installs anew when the lockfile has changed", async () => {
    await bootstrap(["true"]);
    const lockfile = readFileSync(join(clone, "package-lock.json"), "utf8");
    writeFileSync(
      join(clone, "package-lock.json"),
      lockfile.replace('"link":true', '"link":true,"integrity":"sha512-new"'),
    );
    expect((await bootstrap(["true"])).stderr).toContain("npm ci");
  });

  test("takes what npm itself has installed as it is", async () => {
    await run("npm", ["ci", "--loglevel", "error"], { cwd: clone });
    expect((await bootstrap(["true"])).stderr).toBe("");
  });

  test("is not bent by what an outer npm says to its scripts", async () => {
    await bootstrap(["true"], {
      npm_config_dry_run: "true",
      npm_config_prefix: "/nowhere",
      npm_config_global: "true",
    });
    expect(existsSync(join(clone, "node_modules/bucket"))).toBe(true);
  });

  test("says why npm failed, and does not run the command", async () => {
    writeFileSync(join(clone, "package-lock.json"), JSON.stringify({ lockfileVersion: 3, packages: {} }));
    await expect(bootstrap(["node", "-e", "console.log('ran')"])).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("npm ci failed"),
    });
  });

  test("two at once install once and both run", async () => {
    const both = await Promise.all([bootstrap(["echo", "one"]), bootstrap(["echo", "two"])]);
    expect(both.map(({ stdout }) => stdout)).toEqual(["one\n", "two\n"]);
    const said = both.map(({ stderr }) => stderr).join("");
    expect(said.match(/npm ci/g)).toHaveLength(1);
  });

  test("hands the exit code on", async () => {
    await expect(bootstrap(["node", "-e", "process.exit(7)"])).rejects.toMatchObject({ code: 7 });
    await expect(bootstrap(["no-such-command"])).rejects.toMatchObject({ code: 127 });
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "hands %s on, once, and waits for the command to end",
    async (signal) => {
      await bootstrap(["true"]);
      const program = `
      let count = 0;
      process.on(${JSON.stringify(signal)}, () => { count += 1; setTimeout(() => { console.log(count); process.exit(3); }, 300); });
      setInterval(() => {}, 1000);
      console.log("up");
    `;
      const child = spawn(process.execPath, ["tools/bootstrap.mjs", "node", "-e", program], { cwd: clone });
      const said = collect(child);
      while (!said.text.includes("up")) await sleep(10);
      child.kill(signal);
      child.kill(signal);
      const [code] = await once(child, "close");
      expect([code, said.text]).toEqual([3, "up\n1\n"]);
    },
  );
});

function collect(child: ChildProcess): { text: string } {
  const said = { text: "" };
  child.stdout?.on("data", (chunk) => {
    said.text += chunk;
  });
  return said;
}

describe("the clone's lock", () => {
  test("lets one in at a time", async () => {
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} in`);
      await sleep(50);
      order.push(`${name} out`);
    };
    await Promise.all(["a", "b", "c"].map((name) => withLock({ root: clone, name: "test" }, work(name))));
    const names = order.map((line) => line.split(" ")[0]);
    expect(names.filter((_, index) => index % 2 === 0)).toEqual(names.filter((_, index) => index % 2 === 1));
  });

  test("is freed when the work fails", async () => {
    const failing = withLock({ root: clone, name: "test" }, () => Promise.reject(new Error("broken")));
    await expect(failing).rejects.toThrow("broken");
    expect(await withLock({ root: clone, name: "test" }, async () => "in")).toBe("in");
  });

  test("is taken over from a holder that is dead, and from one that has gone silent", async () => {
    const lock = join(clone, ".windlass/test.lock");
    mkdirSync(join(clone, ".windlass"));
    const dead = spawn("true");
    await once(dead, "exit");
    const { stdout: host } = await run("hostname");
    writeFileSync(lock, `${host.trim()} ${dead.pid}`);
    expect(await withLock({ root: clone, name: "test" }, async () => "after the dead")).toBe(
      "after the dead",
    );
    writeFileSync(lock, "another-host 1");
    utimesSync(lock, new Date(0), new Date(0));
    expect(await withLock({ root: clone, name: "test" }, async () => "after the silent")).toBe(
      "after the silent",
    );
  });
});
