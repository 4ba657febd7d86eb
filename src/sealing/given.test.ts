import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { findKeys, type GivenKeys, type KeySources } from "./given.ts";
import { keyId, randomKey } from "./key.ts";
import { rewriteKeyFile } from "./key-file.ts";
import { openSealing } from "./open.ts";
import type { KeyWrapper } from "./wrapper.ts";

let folder: string;
let keyFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "windlass-key-"));
  keyFile = join(folder, "windlass.key");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = Buffer.alloc(32, 0xfb);
const [one, two, three] = [1, 2, 3].map((fill) => Buffer.alloc(32, fill).toString("base64"));
const find = (sources: Partial<KeySources> = {}) =>
  findKeys({ place: { kind: "file", path: keyFile }, needed: [], ...sources });
const ids = (keys: GivenKeys) => keys.list().map(({ wrapper }) => wrapper.id);
const idOf = (text = "") => keyId(Buffer.from(text, "base64"));

describe("the key file", () => {
  test("is made at the first start, for its owner alone, and found at the next", () => {
    const made = find();
    expect(made).toMatchObject({ isMade: true, keyFile });
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["windlass.key"]);
    const found = find({ needed: ids(made) });
    expect(found.isMade).toBe(false);
    expect(ids(found)).toEqual(ids(made));
  });

  test("is made although a start that crashed left its draft behind", () => {
    writeFileSync(`${keyFile}.${process.pid}.new`, "half a k", { mode: 0o600 });
    expect(find().isMade).toBe(true);
  });

  test("is never made anew while a key is needed, and never for looking only", async () => {
    const failure = await failureOf(() => find({ needed: ["a1b2"] }));
    expect(failure).toMatchObject({ code: "sealing.key_missing", data: { keyIds: ["a1b2"] } });
    expect(failure.detail).toContain(keyFile);
    expect(ids(find({ onlyLook: true }))).toEqual([]);
    expect(existsSync(keyFile)).toBe(false);
  });

  test("opens with each of its lines, seals with the first, and is followed when it changes", () => {
    writeFileSync(keyFile, `${one}\n\n${two}\n`, { mode: 0o600 });
    const keys = find();
    expect(ids(keys)).toEqual([idOf(one), idOf(two)]);
    const added = randomKey();
    rewriteKeyFile(keyFile, [added, { id: idOf(one), key: Buffer.from(one ?? "", "base64") }]);
    expect(ids(keys)).toEqual([added.id, idOf(one)]);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["windlass.key"]);
  });

  test("takes no key from a process that has it by vanishing or by becoming nonsense", () => {
    writeFileSync(keyFile, `${one}\n`, { mode: 0o600 });
    const keys = find();
    writeFileSync(keyFile, "half a k");
    expect(ids(keys)).toEqual([idOf(one)]);
    rmSync(keyFile);
    expect(ids(keys)).toEqual([idOf(one)]);
  });

  test("that is a link is rewritten where it leads", () => {
    const target = join(folder, "elsewhere");
    writeFileSync(target, `${one}\n`, { mode: 0o600 });
    symlinkSync(target, keyFile);
    rewriteKeyFile(keyFile, [randomKey()]);
    expect(readFileSync(target, "utf8")).not.toContain(one);
    expect(readdirSync(folder).sort()).toEqual(["elsewhere", "windlass.key"]);
  });

  test("that others can read is refused, and so is one in a folder that is missing", async () => {
    writeFileSync(keyFile, bytes.toString("base64"));
    chmodSync(keyFile, 0o644);
    expect((await failureOf(() => find())).code).toBe("sealing.key_file_open");
    const nowhere = join(folder, "missing", "windlass.key");
    const failure = await failureOf(() => find({ place: { kind: "file", path: nowhere } }));
    expect(failure.code).toBe("sealing.key_file_unusable");
  });
});

describe("a key of the configuration", () => {
  test("is read in either alphabet of Base64, and then no file is made", () => {
    for (const text of [
      bytes.toString("base64"),
      bytes.toString("base64url"),
      ` ${bytes.toString("base64")}\n`,
    ]) {
      const keys = find({ texts: [text] });
      expect(keys.list()).toMatchObject([{ source: "configuration", wrapper: { id: keyId(bytes) } }]);
    }
    expect(existsSync(keyFile)).toBe(false);
  });

  test("may be one of several: the first wraps, and the file's still open behind them", () => {
    writeFileSync(keyFile, `${three}\n${one}\n`, { mode: 0o600 });
    for (const texts of [[`${one} ${two}`], [`${one},\n${two}\n`], [one ?? "", two ?? "", one ?? ""]]) {
      expect(ids(find({ texts }))).toEqual([idOf(one), idOf(two), idOf(three)]);
    }
  });

  test("of another length or in another encoding is refused without being shown", async () => {
    const wrong = [
      "c2hvcnQ=",
      bytes.toString("hex"),
      Buffer.alloc(33, 1).toString("base64"),
      "correct horse battery",
      `${one} hunter22`,
    ];
    for (const text of wrong) {
      const failure = await failureOf(() => find({ texts: [text] }));
      expect(failure.code).toBe("sealing.key_malformed");
      for (const word of text.split(" ")) expect(inspect(failure, { depth: 9 })).not.toContain(word);
    }
    writeFileSync(keyFile, "", { mode: 0o600 });
    expect((await failureOf(() => find())).code).toBe("sealing.key_malformed");
  });

  test("is what a database server needs: nothing is made in its place", async () => {
    const failure = await failureOf(() => find({ place: { kind: "nowhere" } }));
    expect(failure).toMatchObject({ code: "sealing.key_required" });
    expect(failure.cure).toContain("openssl rand -base64 32");
    expect(ids(find({ place: { kind: "nowhere" }, texts: [one ?? ""] }))).toEqual([idOf(one)]);
  });
});

test("the key of a database in memory ends with the process", () => {
  const [first, second] = [0, 1].map(() => find({ place: { kind: "memory" } }));
  expect(first?.list()).toMatchObject([{ source: "memory" }]);
  expect(first?.list()).not.toEqual(second?.list());
  expect(readdirSync(folder)).toEqual([]);
});

test("what is handed in goes before everything else", async () => {
  const service: KeyWrapper = {
    id: "arn:aws:kms:eu-central-1:1:key/2",
    wrap: async () => "",
    unwrap: async () => new Uint8Array(),
  };
  expect(ids(find({ handedIn: [service], texts: [one ?? ""] }))).toEqual([service.id, idOf(one)]);
  const failure = await failureOf(() => find({ handedIn: [{ ...service, id: "a b" }] }));
  expect(failure.code).toBe("sealing.key_malformed");
});

describe("at start", () => {
  const caged = new Map<string, string>();
  beforeEach(() => caged.clear());
  const cage = {
    read: async (id: string) => caged.get(id),
    write: async (id: string, wrapped: string) => void caged.set(id, wrapped),
  };
  const start = (texts: readonly string[], needed: readonly string[] = [], onlyLook = false) =>
    openSealing({ texts, needed, onlyLook, cage, place: { kind: "file", path: keyFile } });

  test("keys none of which the database needs are refused, with the ids of those it needs", async () => {
    const failure = await failureOf(start([two ?? ""], [idOf(one)]));
    expect(failure).toMatchObject({ code: "sealing.wrong_key", data: { keyIds: [idOf(one)] } });
    expect(caged.size).toBe(0);
    expect(await start([one ?? ""], [idOf(one)])).toMatchObject({ missing: [] });
  });

  test("some keys may be missing while others are there, and are named", async () => {
    const { missing } = await start([one ?? ""], [idOf(one), idOf(two)]);
    expect(missing).toEqual([idOf(two)]);
  });

  test("a canary is put for each key, once; looking puts none", async () => {
    await start([one ?? "", two ?? ""], [], true);
    expect(caged.size).toBe(0);
    await start([one ?? "", two ?? ""]);
    const before = [...caged];
    await start([two ?? "", one ?? ""]);
    expect([...caged]).toEqual(before);
    expect(before.map(([id]) => id)).toEqual([idOf(one), idOf(two)]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a key that is not what its id says is found out by its canary", async () => {
    await start([one ?? ""]);
    caged.set(idOf(two), caged.get(idOf(one)) ?? "");
    expect((await failureOf(start([two ?? ""]))).code).toBe("sealing.wrong_key");
  });
});
