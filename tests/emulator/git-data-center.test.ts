/** What git over HTTP is for the rest of a Data Center: its addresses, its API, and what its versions can do. */
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { git, runGit, smallCheckout, withUser } from "../clients/plain-git.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { bodyOf, callerAt, dataCenterOf } from "./data-center.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let emulator: Emulator;

beforeAll(async () => {
  folder = await temporaryFolder();
  await smallCheckout(join(folder.path, "small"));
  emulator = await createEmulator({
    server: false,
    repositories: [{ path: join(folder.path, "small"), slug: "small" }],
  });
});
afterAll(async () => {
  await emulator.close();
  await folder.remove();
});

function addressOf(place: Emulator, path: string): string {
  const { url, people } = dataCenterOf(place);
  const password = people.find(({ name }) => name === "johndoe")?.password ?? "";
  return withUser(`${url}/scm/${path}`, "johndoe", password);
}

test("D1, D24: a clone address of the API is git's, below the context path, whatever the case of the key", async () => {
  const john = callerAt(dataCenterOf(emulator), "johndoe");
  const answer = await bodyOf(john("/rest/api/latest/projects/ACME/repos/small"));
  const { clone } = answer.links as unknown as { clone: { name: string; href: string }[] }; // as the repository shape has it
  const http = clone.find(({ name }) => name === "http")?.href ?? "";
  expect(http).toBe(`${dataCenterOf(emulator).url}/scm/acme/small.git`);
  for (const path of ["acme/small.git", "ACME/small.git", "AcMe/SMALL.git"])
    expect((await runGit(".", "ls-remote", addressOf(emulator, path))).code, path).toBe(0);
  const personal = await runGit(".", "ls-remote", addressOf(emulator, "~johndoe/none.git"));
  expect(personal.said).toContain("fatal: remote error: Repository not found");
  for (const path of ["acme/small", "acme/small.git/HEAD", "acme"])
    expect((await runGit(".", "ls-remote", addressOf(emulator, path))).code, path).toBe(128);
});

test("D3: git's answers carry the headers of every answer, the user's too", async () => {
  const john = callerAt(dataCenterOf(emulator), "johndoe");
  const { headers } = await john("/scm/acme/small.git/info/refs?service=git-upload-pack");
  expect(headers.get("x-arequestid")).not.toBeNull();
  expect(headers.get("x-ausername")).toBe("johndoe");
  expect(headers.get("content-type")).toBe("application/x-git-upload-pack-advertisement");
});

test("D35: what was pushed stands in the API at once: branches, commits and the file", async () => {
  const john = callerAt(dataCenterOf(emulator), "johndoe");
  const repository = "/rest/api/latest/projects/ACME/repos/small";
  const clone = join(folder.path, "clone");
  await git(".", "clone", "--quiet", addressOf(emulator, "acme/small.git"), clone);
  await appendFile(join(clone, "a.txt"), "three\n");
  await git(clone, "commit", "--quiet", "-a", "-m", "three");
  await git(clone, "push", "--quiet", "origin", "HEAD:topic/x");
  const head = await git(clone, "rev-parse", "HEAD");
  const { values } = await bodyOf(john(`${repository}/branches?filterText=topic`));
  expect(values).toMatchObject([{ id: "refs/heads/topic/x", latestCommit: head }]);
  const commits = await bodyOf(john(`${repository}/commits?until=topic/x`));
  expect(commits.values[0]).toMatchObject({ id: head });
  expect(await (await john(`${repository}/raw/a.txt?at=topic/x`)).text()).toBe("one\ntwo\nthree\n");
});

test("partial clones came with 7.13", async () => {
  for (const [version, says] of [
    ["7.12.1", true],
    ["7.13.0", false],
  ] as const) {
    const old = await createEmulator({
      dataCenter: { version },
      server: false,
      repositories: [{ path: join(folder.path, "small"), slug: "small" }],
    });
    const target = join(folder.path, `filtered-${version}`);
    const { said } = await runGit(
      ".",
      "clone",
      "--filter=blob:none",
      addressOf(old, "acme/small.git"),
      target,
    );
    expect(said.includes("filtering not recognized by server"), version).toBe(says);
    await old.close();
  }
});
