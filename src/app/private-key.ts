/** Owns RSA private keys as people bring them: what a PEM may be on the way in, and PKCS#8 on the way on; and new ones. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  type PrivateKeyInput,
  sign,
  verify,
} from "node:crypto";
import { promisify } from "node:util";
import { Secret } from "../base/secret.ts";
import { appErrors } from "./errors.ts";

export interface KeyPair {
  /** The private key as PKCS#8 in PEM. */
  readonly pkcs8: Secret;
  /** What belongs into the application link: SubjectPublicKeyInfo in PEM (“BEGIN PUBLIC KEY”). */
  readonly publicKeyPem: string;
}

/** Below this Bitbucket's guides do not go, and nobody should. */
const fewestBits = 1024;

/** Making a signature takes eight times as long with twice the bits, and everybody waits for it. */
const mostBits = 8192;

/** A key of that many bits in PEM has far less; more is no key. */
const longestText = 65_536;

/**
 * Reads an RSA private key from a PEM: PKCS#1 or PKCS#8, whatever its line ends and the blanks around it.
 * Throws `app.private_key_missing`, `_encrypted`, `_public`, `_certificate`, `_openssh`, `_wrong_kind`, `_cut_off`, `_too_short`,
 * `_too_long` or `_unreadable`. No failure carries any of the text.
 */
export function readPrivateKey(text: string): KeyPair {
  if (text.length > longestText) throw appErrors.fail("app.private_key_unreadable");
  const pem = text.replaceAll("\\n", "\n").trim();
  if (pem === "") throw appErrors.fail("app.private_key_missing");
  const key = rsaKey(pem);
  const publicKey = createPublicKey(key);
  if (!belongTogether(key, publicKey)) throw appErrors.fail("app.private_key_unreadable");
  return {
    pkcs8: new Secret(key.export({ format: "pem", type: "pkcs8" }).toString()),
    publicKeyPem: publicKey.export({ format: "pem", type: "spki" }).toString(),
  };
}

type Code = keyof typeof appErrors.entries;

/** Everything that is recognisably no private key one can use, by its first line; the first that fits. */
const strangers: readonly (readonly [RegExp, Code])[] = [
  [/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: *4, *ENCRYPTED/m, "app.private_key_encrypted"],
  [/-----BEGIN OPENSSH PRIVATE KEY-----|^PuTTY-User-Key-File-/m, "app.private_key_openssh"],
  [/-----BEGIN (?:EC|DSA) PRIVATE KEY-----/, "app.private_key_wrong_kind"],
];

/** Looked at when there is no private key in the text: a bundle may hold one beside these. */
const companions: readonly (readonly [RegExp, Code])[] = [
  [/-----BEGIN (?:RSA )?PRIVATE KEY-----/, "app.private_key_cut_off"],
  [/-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE/, "app.private_key_certificate"],
  [/-----BEGIN (?:RSA |SSH2 )?PUBLIC KEY-----|^ssh-(?:rsa|ed25519) |^ecdsa-sha2-/m, "app.private_key_public"],
  [/-----END (?:RSA )?PRIVATE KEY-----/, "app.private_key_cut_off"],
];

const block = /-----BEGIN (RSA )?PRIVATE KEY-----([A-Za-z0-9+/=\s]*)-----END \1PRIVATE KEY-----/;

function rsaKey(pem: string): KeyObject {
  refuse(strangers, pem);
  const [, isPkcs1, body] = block.exec(pem) ?? [];
  if (body === undefined) {
    refuse(companions, pem);
    throw appErrors.fail("app.private_key_unreadable");
  }
  const type = isPkcs1 === undefined ? "pkcs8" : "pkcs1";
  const key = parse({ key: Buffer.from(body.replace(/\s+/g, ""), "base64"), format: "der", type });
  if (key.asymmetricKeyType !== "rsa") throw appErrors.fail("app.private_key_wrong_kind");
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < fewestBits) throw appErrors.fail("app.private_key_too_short", { data: { bits } });
  if (bits > mostBits) throw appErrors.fail("app.private_key_too_long", { data: { bits } });
  return key;
}

function refuse(table: typeof strangers, pem: string): void {
  const [, code] = table.find(([shape]) => shape.test(pem)) ?? [];
  if (code !== undefined) throw appErrors.fail(code);
}

/** The bytes of a DER sequence say how many there have to be: fewer, and the end of the text was lost. */
function parse(input: PrivateKeyInput & { readonly key: Buffer }): KeyObject {
  try {
    return createPrivateKey(input);
  } catch {
    const isShort = input.key.length < announcedBytes(input.key);
    throw appErrors.fail(isShort ? "app.private_key_cut_off" : "app.private_key_unreadable");
  }
}

/** Of a sequence whose length takes two bytes, as that of every RSA key does (X.690 section 8.1.3.5); else 0. */
function announcedBytes(der: Buffer): number {
  return der.length > 4 && der[0] === 0x30 && der[1] === 0x82 ? 4 + der.readUInt16BE(2) : 0;
}

/** A single wrong character leaves a key that can be read, but whose signatures nobody accepts. */
function belongTogether(privateKey: KeyObject, publicKey: KeyObject): boolean {
  const probe = Buffer.from("windlass");
  try {
    return verify("sha256", probe, publicKey, sign("sha256", probe, privateKey));
  } catch {
    return false;
  }
}

const generate = promisify(generateKeyPair);

/** Makes an RSA key pair of 2048 bits, beside the event loop. */
export async function makeKeyPair(): Promise<KeyPair> {
  const { privateKey, publicKey } = await generate("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { format: "pem", type: "pkcs8" },
    publicKeyEncoding: { format: "pem", type: "spki" },
  });
  return { pkcs8: new Secret(privateKey), publicKeyPem: publicKey };
}
