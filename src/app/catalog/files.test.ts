import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fileSource } from "./files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "windlass-catalog-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const user = (name: string) =>
  `apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: { name: ${name} }\nspec: { memberOf: [team] }\n`;

function write(path: string, text: string): string {
  const whole = join(folder, path);
  mkdirSync(join(whole, ".."), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

const refs = ({ users }: { readonly users: readonly { readonly ref: string }[] }) =>
  users.map(({ ref }) => ref.slice("user:default/".length));

describe("a folder", () => {
  const source = () => fileSource([{ type: "folder", target: folder }]);

  test("is walked for YAML at any depth, not into hidden folders, node_modules or linked ones", async () => {
    write("catalog-info.yaml", user("ann"));
    write("teams/a/people.yml", user("bob"));
    write(".git/x.yaml", user("hidden"));
    write("node_modules/p/x.yaml", user("package"));
    write("notes.txt", user("text"));
    const outside = mkdtempSync(join(tmpdir(), "windlass-outside-"));
    writeFileSync(join(outside, "x.yaml"), user("linked"));
    symlinkSync(outside, join(folder, "elsewhere"));
    symlinkSync(join(outside, "x.yaml"), join(folder, "mounted.yaml"));
    const { users, warnings } = await source().read();
    expect(refs({ users })).toEqual(["ann", "linked", "bob"]);
    expect(warnings).toEqual([]);
    rmSync(outside, { recursive: true });
  });

  test("may hold YAML of other kinds; what is broken in an entity is named", async () => {
    write("compose.yaml", "services: {}\n");
    write("list.yaml", "- a\n- b\n");
    write("people.yaml", `${user("ann")}---\napiVersion: backstage.io/v1alpha1\nkind: User\n`);
    const { users, warnings } = await source().read();
    expect(refs({ users })).toEqual(["ann"]);
    expect(warnings).toEqual([
      expect.stringContaining("people.yaml, document 2 is left out: metadata is missing"),
    ]);
  });

  test("that is empty is named", async () => {
    expect((await source().read()).warnings).toEqual([expect.stringContaining("no YAML file in it")]);
  });

  test("gives what comes, changes and goes", async () => {
    const ann = write("a.yaml", user("ann"));
    const reading = source();
    const first = await reading.read();
    expect(await reading.read()).toBe(first);
    write("b.yaml", user("bob"));
    expect(refs(await reading.read())).toEqual(["ann", "bob"]);
    rmSync(ann);
    expect(refs(await reading.read())).toEqual(["bob"]);
  });
});

test("up to a hundred files are looked at for each sign-in, more of them after a pause", async () => {
  for (let number = 0; number < 100; number += 1) write(`${number}.yaml`, user(`person-${number}`));
  const source = fileSource([{ type: "folder", target: folder }]);
  await source.read();
  expect(source.refreshSeconds()).toBe(0);
  write("one-more.yaml", user("one-more"));
  await source.read();
  expect(source.refreshSeconds()).toBe(5);
});

describe("a file", () => {
  test("that two locations name is read once", async () => {
    const target = write("org.yaml", user("ann"));
    const { users, warnings } = await fileSource([
      { type: "file", target },
      { type: "folder", target: folder },
      { type: "file", target: join(folder, "*.yaml") },
    ]).read();
    expect([refs({ users }), warnings]).toEqual([["ann"], []]);
  });

  test("that has changed is told by time or size, and only its changed documents are parsed", async () => {
    const target = write("org.yaml", `${user("ann")}---\n${user("bob")}`);
    const source = fileSource([{ type: "file", target }]);
    const [, bob] = (await source.read()).users;
    write("org.yaml", `${user("eva")}---\n${user("bob")}`); // as long as before
    utimesSync(target, new Date(), new Date(Date.now() + 5_000));
    const again = await source.read();
    expect(refs(again)).toEqual(["eva", "bob"]);
    expect(again.users[1]).toBe(bob);
  });

  test("that names itself, by another name too, ends", async () => {
    const target = write("org.yaml", "kind: Location\nspec: { targets: [./org.yaml, ./*.yaml] }\n");
    symlinkSync(target, join(folder, "again.yaml"));
    const { users, warnings } = await fileSource([{ type: "file", target }]).read();
    expect([users, warnings]).toEqual([[], []]);
  });

  test("that cannot be read has no users, and is named", async () => {
    const source = fileSource([{ type: "file", target: join(folder, "gone.yaml") }]);
    expect((await source.read()).warnings).toEqual([expect.stringContaining("there is no such file")]);
  });
});
