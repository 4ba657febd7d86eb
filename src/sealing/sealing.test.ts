import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { base64url, CompactEncrypt, decodeProtectedHeader } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { fc } from "../../tests/property.ts";
import { keyId, loadKey } from "./key.ts";
import { openKeyring } from "./keyring.ts";
import { openSealing } from "./open.ts";

const key = (fill: number) => ({ id: `key-${fill}`, key: new Uint8Array(32).fill(fill) });
const context = { connection: "con_1", project: "prj_1", field: "access", version: "1" };

describe("a keyring", () => {
  test("opens what it sealed, in whatever order the context is written", async () => {
    const keyring = openKeyring({ keys: [key(1)] });
    const sealed = await keyring.seal(context, "token of 8 KB ".repeat(600));
    const reordered = Object.fromEntries(Object.entries(context).reverse());
    expect(await keyring.open(reordered, sealed)).toBe("token of 8 KB ".repeat(600));
  });

  test("any text in any context survives, and no part of it can be read in between", async () => {
    const keyring = openKeyring({ keys: [key(1)] });
    const contexts = fc.dictionary(
      fc.string({ minLength: 1 }).filter((name) => name !== "__proto__"),
      fc.string(),
    );
    const texts = fc.string({ unit: "grapheme", maxLength: 3000 });
    await fc.assert(
      fc.asyncProperty(contexts, texts, async (where, text) => {
        const sealed = await keyring.seal(where, text);
        expect(await keyring.open(where, sealed)).toBe(text);
        const [, ...parts] = sealed.split(".").map((part) => Buffer.from(part, "base64url"));
        if (text.length > 20) expect(parts.some((part) => part.includes(text))).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  test("keeps a byte order mark, and tokens of 2,600 and 20,000 characters, as they are", async () => {
    const keyring = openKeyring({ keys: [key(1)] });
    for (const text of ["\ufeffx", "", "t".repeat(2_600), "t".repeat(20_000)]) {
      expect(await keyring.open(context, await keyring.seal(context, text))).toBe(text);
    }
  });

  test("does not open a text that lies in another row, column, project or version", async () => {
    const keyring = openKeyring({ keys: [key(1)] });
    const sealed = await keyring.seal(context, "secret");
    for (const name of Object.keys(context)) {
      const failure = await failureOf(() => keyring.open({ ...context, [name]: "other" }, sealed));
      expect(failure.code).toBe("sealing.does_not_open");
    }
    const { version: _, ...fewer } = context;
    expect((await failureOf(() => keyring.open(fewer, sealed))).code).toBe("sealing.does_not_open");
  });

  test("opens nothing that was changed in a single character, shortened, or never sealed", async () => {
    const keyring = openKeyring({ keys: [key(1)] });
    const sealed = await keyring.seal(context, "secret");
    const changed = [...sealed].map((character, place) => {
      const other = character === "A" ? "Q" : "A";
      return sealed.slice(0, place) + other + sealed.slice(place + 1);
    });
    for (const wrong of [...changed, sealed.slice(0, -4), "", "secret", "a.b.c.d.e", "null"]) {
      if (Buffer.from(wrong, "base64url").equals(Buffer.from(sealed, "base64url"))) continue;
      const failure = await failureOf(() => keyring.open(context, wrong));
      expect(failure.code).toMatch(/^sealing\.(does_not_open|unknown_key)$/);
    }
  });

  test("opens older texts after a new key was put first, and seals with the new one", async () => {
    const before = openKeyring({ keys: [key(1)] });
    const sealed = await before.seal(context, "secret");
    const after = openKeyring({ keys: [key(2), key(1)] });
    expect(await after.open(context, sealed)).toBe("secret");
    expect(decodeProtectedHeader(await after.seal(context, "x")).kid).toBe("key-2");
  });

  test("tries no other key when the named one is not there", async () => {
    const sealed = await openKeyring({ keys: [key(1)] }).seal(context, "secret");
    const sameKeyOtherName = openKeyring({ keys: [{ ...key(1), id: "other" }] });
    expect((await failureOf(() => sameKeyOtherName.open(context, sealed))).code).toBe("sealing.unknown_key");
  });

  test("accepts no other algorithm than its own", async () => {
    const { id, key: bytes } = key(1);
    const wrapped = await new CompactEncrypt(new TextEncoder().encode("x"))
      .setProtectedHeader({ alg: "A256GCMKW", enc: "A256GCM", kid: id, ctx: JSON.stringify([["a", "b"]]) })
      .encrypt(bytes);
    const unsecured = `${base64url.encode(JSON.stringify({ alg: "none", kid: id }))}....`;
    const keyring = openKeyring({ keys: [key(1)] });
    for (const foreign of [wrapped, unsecured]) {
      expect((await failureOf(() => keyring.open({ a: "b" }, foreign))).code).toBe("sealing.does_not_open");
    }
  });

  test("takes no key of another length, no two keys of one name, and not none", () => {
    for (const keys of [[], [key(1), key(1)], [{ id: "short", key: new Uint8Array(16) }]]) {
      expect(() => openKeyring({ keys })).toThrow("32 bytes");
    }
  });

  test("prints neither its key nor a text in its failures", async () => {
    const bytes = new Uint8Array(32).fill(7);
    const keyring = openKeyring({ keys: [{ id: "k", key: bytes }] });
    const sealed = await keyring.seal(context, "hunter2");
    const failure = await failureOf(() => keyring.open({}, sealed));
    const printed = inspect([keyring, failure], { depth: 9, showHidden: true });
    for (const secret of ["hunter2", Buffer.from(bytes).toString("base64"), "7, 7, 7", "07 07 07"]) {
      expect(printed).not.toContain(secret);
    }
  });
});

describe("the key", () => {
  let folder: string;
  let keyFile: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "windlass-key-"));
    keyFile = join(folder, "windlass.key");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const bytes = Buffer.alloc(32, 0xfb);

  test("is made at the first start, for its owner alone, and found at the next", () => {
    const made = loadKey({ keyFile, databaseHoldsSealedRows: false });
    expect(made).toMatchObject({ source: "made", path: keyFile });
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["windlass.key"]);
    const found = loadKey({ keyFile, databaseHoldsSealedRows: true });
    expect(found).toEqual({ ...made, source: "file" });
  });

  test("is made although a start that crashed left its draft behind", () => {
    writeFileSync(`${keyFile}.${process.pid}.new`, "half a k", { mode: 0o600 });
    const made = loadKey({ keyFile, databaseHoldsSealedRows: false });
    expect(made.source).toBe("made");
    expect(loadKey({ keyFile, databaseHoldsSealedRows: true }).id).toBe(made.id);
  });

  test("is never made anew when the database holds sealed rows", async () => {
    const failure = await failureOf(() => loadKey({ keyFile, databaseHoldsSealedRows: true }));
    expect(failure.code).toBe("sealing.key_missing");
    expect(existsSync(keyFile)).toBe(false);
  });

  test("may come from the environment, in either alphabet of Base64, and then makes no file", () => {
    for (const environment of [
      bytes.toString("base64"),
      bytes.toString("base64url"),
      ` ${bytes.toString("base64")}\n`,
    ]) {
      const given = loadKey({ environment, keyFile, databaseHoldsSealedRows: false });
      expect(given).toEqual({
        id: keyId(bytes),
        key: new Uint8Array(bytes),
        source: "environment",
        path: null,
      });
    }
    expect(existsSync(keyFile)).toBe(false);
  });

  test("of another length or in another encoding is refused without being shown", async () => {
    const wrong = [
      "c2hvcnQ=",
      bytes.toString("hex"),
      Buffer.alloc(33, 1).toString("base64"),
      "correct horse battery",
    ];
    for (const environment of wrong) {
      const failure = await failureOf(() =>
        loadKey({ environment, keyFile, databaseHoldsSealedRows: false }),
      );
      expect(failure.code).toBe("sealing.key_malformed");
      expect(inspect(failure, { depth: 9 })).not.toContain(environment);
    }
    writeFileSync(keyFile, "", { mode: 0o600 });
    expect((await failureOf(() => loadKey({ keyFile, databaseHoldsSealedRows: false }))).code).toBe(
      "sealing.key_malformed",
    );
  });

  test("in a file that others can read is refused, and so is a folder that is missing", async () => {
    writeFileSync(keyFile, bytes.toString("base64"));
    chmodSync(keyFile, 0o644);
    expect((await failureOf(() => loadKey({ keyFile, databaseHoldsSealedRows: false }))).code).toBe(
      "sealing.key_file_open",
    );
    const nowhere = join(folder, "missing", "windlass.key");
    const failure = await failureOf(() => loadKey({ keyFile: nowhere, databaseHoldsSealedRows: false }));
    expect(failure.code).toBe("sealing.key_file_unusable");
  });

  test("that fits the database is found out at start by the canary", async () => {
    let kept: string | undefined;
    const canary = {
      read: async () => kept,
      write: async (sealed: string) => {
        kept = sealed;
      },
    };
    const right = Buffer.alloc(32, 1).toString("base64");
    const wrong = Buffer.alloc(32, 2).toString("base64");
    const start = (environment: string, databaseHoldsSealedRows: boolean) =>
      openSealing({ environment, keyFile, databaseHoldsSealedRows, canary });
    await start(right, false);
    await start(right, true);
    expect((await failureOf(() => start(wrong, true))).code).toBe("sealing.wrong_key");
    await start(wrong, false);
    expect((await failureOf(() => start(right, true))).code).toBe("sealing.wrong_key");
    expect(existsSync(keyFile)).toBe(false);
  });

  test("of a database in memory ends with the process", () => {
    const [one, two] = [0, 1].map(() => loadKey({ keyFile: null, databaseHoldsSealedRows: false }));
    expect(one).toMatchObject({ source: "memory", path: null });
    expect(one?.id).not.toBe(two?.id);
  });
});
