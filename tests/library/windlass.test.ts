import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import { createWindlass, isWindlassError, type Session, type Windlass } from "../../src/library/index.ts";

const checkout = join(import.meta.dirname, "../..");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "windlass-library-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const instances = { bitbucket: { clientId: "key", clientSecret: "secret" } };

describe("createWindlass", () => {
  test("nothing happens at import: no file, no socket, no timer, nothing that keeps a process alive", async () => {
    const program = `
      await import(${JSON.stringify(join(checkout, "src/library/index.ts"))});
      setImmediate(() => console.log(JSON.stringify(process.getActiveResourcesInfo())));`;
    const args = ["--input-type=module", "--eval", program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, timeout: 20_000 });
    // The one that runs this very line, and the pipe it writes to.
    const own = ["Immediate", "PipeWrap"];
    expect((JSON.parse(stdout) as string[]).filter((kind) => !own.includes(kind))).toEqual([]); // documented as a list of names
    expect(readdirSync(folder)).toEqual([]);
  });

  test("answers requests, knows that nobody is signed in, and can be closed twice", async () => {
    const windlass = await createWindlass({
      baseUrl: "http://localhost:8000",
      database: ":memory:",
      instances,
    });
    const request = new Request("http://localhost:8000/projects");
    const answer = await windlass.handler(request);
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in?returnTo=%2Fprojects"]);
    expect(await windlass.session(request)).toBeNull();
    expect(await windlass.csrfToken(request)).toBeNull();
    expect(windlass.signInUrl()).toBe("http://localhost:8000/sign-in");
    expect(windlass.signInUrl("/a?b=c&d")).toBe("http://localhost:8000/sign-in?returnTo=%2Fa%3Fb%3Dc%26d");
    await windlass.start();
    await Promise.all([windlass.close(), windlass.close()]);
    await windlass.close();
  });

  test("ends with `await using`", async () => {
    let kept: Windlass;
    {
      await using windlass = await createWindlass({ database: ":memory:", instances });
      kept = windlass;
      expect((await kept.handler(new Request("http://localhost:8000/readyz"))).status).toBe(200);
    }
    expect((await kept.handler(new Request("http://localhost:8000/readyz"))).status).toBe(503);
  });

  test("says every mistake of a configuration at once, and leaves no file behind", async () => {
    const database = join(folder, "never.db");
    const wrong = {
      baseUrl: "http://example.com",
      database,
      instances: { UPPER: { clientId: "", clientSecret: "" } },
    };
    const error = await createWindlass(wrong).catch((reason: unknown) => reason);
    if (!isWindlassError(error, "app.config_invalid")) throw error;
    expect(error.message.split("\n  ").length).toBeGreaterThan(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a session is typed", () => {
    expectTypeOf<Windlass["session"]>().returns.resolves.toEqualTypeOf<Session | null>();
    expectTypeOf<Session["user"]["email"]>().toEqualTypeOf<string | null>();
  });
});
