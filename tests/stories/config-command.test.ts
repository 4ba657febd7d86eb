import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runWindlass } from "../run-windlass.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "windlass-config-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const good = `
baseUrl: https://windlass.example.com
database: \${DATABASE:-a.db}
instances:
  bitbucket: { clientId: abc, clientSecret: { $file: secret.txt } }
`;

describe("windlass config", () => {
  const run = (...args: string[]) => runWindlass(["config", ...args], { cwd: folder });

  test("a configuration in order ends with 0, and says what is worth knowing", async () => {
    file("secret.txt", "top-secret\n");
    const { exitCode, stdout, stderr } = await run("check", "--config", file("good.yaml", good));
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("good.yaml is in order.\n");
    expect(stdout).toContain("Anybody with a Bitbucket account may sign in");
    expect(readdirSync(folder).filter((name) => name.endsWith(".db"))).toEqual([]);
  });

  test("mistakes are told all at once with where they are, and end with 1", async () => {
    const wrong = file(
      "bad.yaml",
      "redirect_base_url: x\nsesions: {}\ninstances:\n  bitbucket: { client_id: a, clientSecret: b }\n",
    );
    const { exitCode, stdout } = await run("check", "--config", wrong);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("bad.yaml has 4 mistakes:");
    const told = await run("check", "--config", wrong, "--json");
    expect(JSON.parse(told.stdout)).toMatchObject({ ok: false, source: wrong });
    const { problems } = JSON.parse(told.stdout) as { problems: { path: string; problem: string }[] };
    expect(problems.map(({ path }) => path).sort()).toEqual([
      "instances.bitbucket.clientId",
      "instances.bitbucket.client_id",
      "redirect_base_url",
      "sesions",
    ]);
    expect(JSON.stringify(problems)).toContain("did you mean `sessions`?");
  });

  test("what is dangerous and switched on is told", async () => {
    const dangerous = file(
      "dangerous.yaml",
      `
sessions: { plainCookiesOnLoopback: true }
metrics: { host: 0.0.0.0, allowRemote: true }
instances: { bitbucket: { clientId: a, clientSecret: b, sharesConsumer: true } }
`,
    );
    const { exitCode, stdout } = await run("check", "--config", dangerous);
    expect(exitCode).toBe(0);
    for (const key of ["metrics.allowRemote", "sharesConsumer", "plainCookiesOnLoopback"])
      expect(stdout).toContain(`${key} is on`);
    expect((await run("check", "--config", file("good.yaml", good))).stdout).not.toContain(" is on");
  });

  test("of several files each lies over those before it", async () => {
    file("secret.txt", "top-secret\n");
    const [base, above] = [
      file("good.yaml", good),
      file("above.yaml", "database: b.db\nlog: { level: warn }\n"),
    ];
    const { exitCode, stdout } = await run("show", "--config", base, `--config=${above}`, "--json");
    expect(exitCode).toBe(0);
    const { source, values } = JSON.parse(stdout) as {
      source: string;
      values: { path: string; value: unknown; origin: string }[];
    };
    expect(source).toBe(`${base}, ${above}`);
    const at = (path: string) => values.find((each) => each.path === path);
    expect(at("database")).toMatchObject({ value: "b.db", origin: "written" });
    expect(at("log.level")).toMatchObject({ value: "warn", origin: "written" });
    expect(at("instances.bitbucket.clientSecret")).toMatchObject({ origin: "file secret.txt" });
    expect(at("listen.port")).toMatchObject({ origin: "default" });
  });

  test("what is in force is shown with where it comes from, and no secret", async () => {
    file("secret.txt", "top-secret\n");
    const path = file("good.yaml", good);
    const { exitCode, stdout } = await run("show", "--config", path);
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain("top-secret");
    expect(stdout).toMatch(/instances\.bitbucket\.clientSecret +\[secret\] +file secret\.txt/);
    expect(stdout).toMatch(/baseUrl +https:\/\/windlass\.example\.com +written/);
    expect(stdout).toMatch(/log\.level +info +default/);
    const { stdout: json } = await run("show", "--config", path, "--json");
    expect(json).not.toContain("top-secret");
    const { values } = JSON.parse(json) as { values: { path: string; value: unknown; origin: string }[] };
    expect(values).toContainEqual({ path: "database", value: "a.db", origin: "variable DATABASE" });
    expect(values).toContainEqual({ path: "listen.port", value: 8000, origin: "default" });
  });

  test("the file in the folder counts where none is named", async () => {
    file("windlass.yaml", good);
    expect((await run("check")).stdout).toContain("windlass.yaml is in order.");
  });

  test("wrong use ends with 2", async () => {
    for (const args of [[], ["look"], ["check", "more"], ["check", "--colour"]])
      expect((await run(...args)).exitCode).toBe(2);
  });
});
