import { inspect } from "node:util";
import { base64url, CompactEncrypt, decodeProtectedHeader } from "jose";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { fc } from "../../tests/property.ts";
import { keyIdOf, openKeyring } from "./keyring.ts";

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

  test("tells which key a text says it is sealed with, and nothing of what is not sealed", async () => {
    expect(keyIdOf(await openKeyring({ keys: [key(1)] }).seal(context, "x"))).toBe("key-1");
    const numbered = `${base64url.encode(JSON.stringify({ alg: "dir", kid: 1 }))}....`;
    for (const text of ["", "secret", numbered]) expect(keyIdOf(text)).toBeNull();
  });

  test("derives the same text from the same parts, another from each other, and keeps none", async () => {
    const keyring = openKeyring({ keys: [key(2), key(1)] });
    const derived = await keyring.derive("key-1", ["state", "browser"]);
    expect(derived).toMatch(/^[\w-]{43}$/);
    expect(await openKeyring({ keys: [key(1)] }).derive("key-1", ["state", "browser"])).toBe(derived);
    const others = [
      ["browser", "state"],
      ["statebrowser"],
      ["state", "browser", ""],
      ['state","browser'],
      [],
    ];
    const texts = await Promise.all(others.map((parts) => keyring.derive("key-1", parts)));
    expect(new Set([derived, await keyring.derive("key-2", ["state", "browser"]), ...texts]).size).toBe(7);
    expect((await failureOf(() => keyring.derive("key-3", []))).code).toBe("sealing.unknown_key");
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
