import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { pkcs1Pem, pkcs8Pem, publicKeyPem } from "../../tests/bitbucket/signing-keys.ts";
import { failureOf } from "../../tests/failure.ts";
import { makeKeyPair, readPrivateKey } from "./private-key.ts";

const pem = (key: KeyObject, type: "pkcs8" | "sec1" | "pkcs1" = "pkcs8") =>
  key.export({ format: "pem", type }).toString();

describe("is taken", () => {
  test.each([
    ["PKCS#8", pkcs8Pem],
    ["PKCS#1", pkcs1Pem],
    ["lines that end as Windows ends them", pkcs1Pem.replaceAll("\n", "\r\n")],
    ["blanks and lines around it", `\ufeff \n\t ${pkcs8Pem}\n\n  `],
    ["indented lines, as YAML leaves them", pkcs8Pem.replaceAll("\n", "\n    ")],
    ["one line, as a form's field leaves it", pkcs8Pem.replaceAll("\n", " ")],
    ["line ends written out, as in an environment variable", pkcs1Pem.replaceAll("\n", "\\n")],
    ["words before it, as openssl writes them", `Bag Attributes\n    friendlyName: x\n${pkcs8Pem}`],
    ["the public key beside it", publicKeyPem + pkcs8Pem],
  ])("%s", (_what, text) => {
    const { pkcs8, publicKeyPem: derived } = readPrivateKey(text);
    expect(pkcs8.reveal()).toBe(pkcs8Pem);
    expect(derived).toBe(publicKeyPem);
  });
});

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const short = generateKeyPairSync("rsa", { modulusLength: 768 }).privateKey;
const encrypted = { format: "pem", cipher: "aes-256-cbc", passphrase: "x" } as const;
const rsa = createPrivateKey(pkcs8Pem);

/** One character in the middle of the Base64 changed for another. */
function damaged(text: string): string {
  const lines = text.split("\n");
  const middle = lines[3] ?? "";
  lines[3] = (middle.startsWith("A") ? "B" : "A") + middle.slice(1);
  return lines.join("\n");
}

describe("is refused with a sentence of its own, and none of it shown", () => {
  test.each([
    ["nothing", "", "missing"],
    ["blanks", " \r\n ", "missing"],
    ["PKCS#8 with a passphrase", rsa.export({ ...encrypted, type: "pkcs8" }).toString(), "encrypted"],
    ["PKCS#1 with a passphrase", rsa.export({ ...encrypted, type: "pkcs1" }).toString(), "encrypted"],
    ["a public key", publicKeyPem, "public"],
    [
      "a public key in PKCS#1",
      createPublicKey(rsa).export({ format: "pem", type: "pkcs1" }).toString(),
      "public",
    ],
    ["a public key of SSH", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ me@here", "public"],
    ["a certificate", publicKeyPem.replaceAll("PUBLIC KEY", "CERTIFICATE"), "certificate"],
    ["a key of OpenSSH", pkcs8Pem.replaceAll("PRIVATE", "OPENSSH PRIVATE"), "openssh"],
    ["a key of PuTTY", "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n", "openssh"],
    ["an EC key in PKCS#8", pem(ec), "wrong_kind"],
    ["an EC key in SEC 1", pem(ec, "sec1"), "wrong_kind"],
    ["an Ed25519 key", pem(generateKeyPairSync("ed25519").privateKey), "wrong_kind"],
    [
      "an RSA key for PSS alone",
      pem(generateKeyPairSync("rsa-pss", { modulusLength: 1024 }).privateKey),
      "wrong_kind",
    ],
    ["a PEM without its end", pkcs8Pem.slice(0, 400), "cut_off"],
    ["a PEM without its begin", pkcs1Pem.slice(200), "cut_off"],
    ["a PEM that lost a line", pkcs8Pem.split("\n").toSpliced(4, 1).join("\n"), "cut_off"],
    ["a PEM with dots in place of its middle", pkcs8Pem.replace(/\n.{40}/, "\n..."), "cut_off"],
    ["a PEM without anything in it", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----", "unreadable"],
    ["two labels", pkcs8Pem.replace("BEGIN PRIVATE", "BEGIN RSA PRIVATE"), "cut_off"],
    ["a damaged key", damaged(pkcs8Pem), "unreadable"],
    ["768 bits", pem(short), "too_short"],
    ["rubbish", "correct horse battery staple", "unreadable"],
    ["more text than any key has", pkcs8Pem.padEnd(70_000, "\nx"), "unreadable"],
  ])("%s", async (_what, text, kind) => {
    const failure = await failureOf(() => readPrivateKey(text));
    expect(failure).toMatchObject({ code: `app.private_key_${kind}`, reaction: "configuration" });
    const shown = inspect(failure, { depth: 9, showHidden: true });
    const lines = text.split(/\s+/).filter((line) => line.length > 30);
    for (const line of lines) expect(shown).not.toContain(line);
  });
});

test("a new pair has 2048 bits, fits together and is taken back in", async () => {
  const { pkcs8, publicKeyPem: made } = await makeKeyPair();
  expect(createPrivateKey(pkcs8.reveal()).asymmetricKeyDetails?.modulusLength).toBe(2048);
  const signature = sign("sha1", Buffer.from("x"), pkcs8.reveal());
  expect(verify("sha1", Buffer.from("x"), made, signature)).toBe(true);
  expect(readPrivateKey(pkcs8.reveal()).publicKeyPem).toBe(made);
  expect(made).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
});

test("a key so long that a signature would take minutes is refused before one is made", async () => {
  const number = (bytes: number) => der(0x02, Buffer.concat([Buffer.from([0]), Buffer.alloc(bytes, 0xab)]));
  const parts = [4096, 3, 4096, 2048, 2048, 2048, 2048, 2048].map(number);
  const body = der(0x30, Buffer.concat([Buffer.from([2, 1, 0]), ...parts])).toString("base64");
  const text = `-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----`;
  expect(await failureOf(() => readPrivateKey(text))).toMatchObject({ code: "app.private_key_too_long" });
});

/** A value of more than 127 bytes takes its length in three. @see X.690 section 8.1.3.5 */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  return Buffer.concat([
    Buffer.from([tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff]),
    content,
  ]);
}
