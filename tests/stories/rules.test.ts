/** `windlass rules` beside a server: what is in force, which places are meant, and making a rule forget its place. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cloudUrls } from "../../src/cli/emulated-instances.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { runWindlass } from "../run-windlass.ts";
import { configFor, openRig, type Rig } from "../web/rig.ts";

const signIn = {
  rules: [
    { workspace: "acme" },
    {
      repository: "acme/api",
      permission: "write" as const,
      id: "0b1d7c2e-0000-4000-8000-000000000001",
      roles: ["admin"],
    },
  ],
};

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let rig: Rig;
let config: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  const database = join(folder.path, "windlass.db");
  rig = await openRig({ config: (emulator) => configFor(emulator, { database, signIn }) });
  await rig.signedIn("Jane Roe");
  config = join(folder.path, "windlass.yaml");
  const [consumer] = rig.emulator.consumers;
  const { key: clientId, secret: clientSecret } = consumer ?? { key: "", secret: "" };
  const bitbucket = { clientId, clientSecret, urls: cloudUrls(rig.emulator) };
  writeFileSync(config, JSON.stringify({ database, instances: { bitbucket }, signIn }));
});
afterAll(async () => {
  await rig.close();
  await folder.remove();
});

const run = (...args: string[]) => runWindlass(["rules", ...args, "--config", config]);

describe("windlass rules", () => {
  test("lists the rules in force, with the id each place has and where that is from", async () => {
    const { exitCode, stdout } = await run("list", "--json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).rules).toMatchObject([
      {
        instance: "bitbucket",
        kind: "workspace",
        place: "acme",
        permission: "read",
        roles: ["member"],
        idFrom: "first sight",
      },
      {
        kind: "repository",
        place: "acme/api",
        permission: "write",
        roles: ["admin"],
        idFrom: "configuration",
        pinnedAt: null,
      },
    ]);
    const { stdout: text } = await run("list");
    expect(text).toMatch(/^ *bitbucket +workspace +acme +read +member +[0-9a-f-]{36}\s+since \d{4}/m);
    expect(text).toMatch(/^ *bitbucket +repository +acme\/api +write +admin +0b1d7c2e\S+\s+configured$/m);
  });

  test("unpins nothing without --yes, and what was unpinned stands in the record", async () => {
    const refused = await run("unpin", "bitbucket", "workspace", "acme");
    expect([refused.exitCode, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toContain("Say --yes");
    const { exitCode, stdout } = await run("unpin", "bitbucket", "workspace", "acme", "--yes", "--json");
    expect(exitCode).toBe(0);
    const { unpinned } = JSON.parse(stdout);
    expect(unpinned).toEqual({ instance: "bitbucket", place: "workspace acme", id: expect.any(String) });
    const [entry] = await rig.app.record.list({ event: "rule.unpinned", limit: 1 });
    expect(entry?.actor).toBe("command line");
    const again = await run("unpin", "bitbucket", "workspace", "acme", "--yes");
    expect([again.exitCode, again.stderr]).toEqual([1, expect.stringContaining("No such place is pinned.")]);
    expect((await run("list")).stdout).toContain("nobody was let in by it yet");
  });

  test.each(["", "pin", "list acme", "unpin", "unpin bitbucket workspace", "unpin a b c d"])(
    "says how it is used: %s",
    async (words) => {
      const { exitCode, stderr } = await run(...words.split(" ").filter(Boolean));
      expect(exitCode).toBe(2);
      expect(stderr).toContain("rules");
    },
  );
});
