/** Owns the key that signs: from PEM to what the platform's cryptography takes, once a key. */
import type { Secret } from "../../base/secret.ts";
import { bitbucketErrors } from "../errors.ts";

const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-1" };

/** The platform's own name for it (`CryptoKey`) is no global type everywhere. */
type SigningKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** By the secret that holds the PEM: as long as that one lives, the key is read once. */
const imported = new WeakMap<Secret, Promise<SigningKey>>();

/**
 * The RSA private key in a PEM: PKCS#8 (“PRIVATE KEY”) or PKCS#1 (“RSA PRIVATE KEY”).
 * Throws `bitbucket.oauth1_key_unusable`.
 */
function signingKey(pem: Secret): Promise<SigningKey> {
  const known = imported.get(pem);
  if (known !== undefined) return known;
  const key = importKey(pem);
  imported.set(pem, key);
  return key;
}

async function importKey(pem: Secret): Promise<SigningKey> {
  const bytes = readKeyPem(pem);
  try {
    return await crypto.subtle.importKey("pkcs8", bytes, algorithm, false, ["sign"]);
  } catch {
    // What the platform says of a bad key helps nobody, and is not to carry any of it.
    throw unusable("It is not an RSA key, or it is damaged.");
  }
}

/** RSASSA-PKCS1-v1_5 with SHA-1 over the text's bytes. @see RFC 5849 section 3.4.3 */
export async function signRsaSha1(pem: Secret, text: string): Promise<string> {
  const key = await signingKey(pem);
  const signature = await crypto.subtle.sign(algorithm.name, key, new TextEncoder().encode(text));
  return btoa(String.fromCodePoint(...new Uint8Array(signature)));
}

const block = /-----BEGIN ((?:RSA )?PRIVATE KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----/;

/** What else people paste, and what to say to it. The first that fits. */
const strangers: readonly (readonly [RegExp, string])[] = [
  [/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/, "It is encrypted; give it without a passphrase."],
  [
    /BEGIN OPENSSH PRIVATE KEY/,
    "It is in OpenSSH's own format; convert it with: ssh-keygen -p -m PEM -f FILE",
  ],
  [/BEGIN EC PRIVATE KEY|BEGIN DSA PRIVATE KEY/, "It is not an RSA key."],
  [/BEGIN CERTIFICATE/, "It is a certificate; the private key belongs here."],
  [/BEGIN (RSA )?PUBLIC KEY|^ssh-rsa /m, "It is a public key; the private key belongs here."],
  [/BEGIN (RSA )?PRIVATE KEY/, "Its last lines are missing, or characters in it are no Base64."],
];

/** The PKCS#8 bytes in a PEM. Throws `bitbucket.oauth1_key_unusable` for what is recognisably something else. */
export function readKeyPem(pem: Secret): Uint8Array<ArrayBuffer> {
  const text = pem.reveal();
  const [, label, body = ""] = block.exec(text) ?? [];
  if (label === undefined) {
    const [, reason] = strangers.find(([shape]) => shape.test(text)) ?? [];
    throw unusable(reason ?? "It is not a PEM: the first line has to be -----BEGIN PRIVATE KEY-----.");
  }
  const bytes = decodeBase64(body);
  return label === "PRIVATE KEY" ? bytes : wrapPkcs1(bytes);
}

function decodeBase64(body: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(body.replace(/\s+/g, "")), (character) => character.charCodeAt(0));
  } catch {
    throw unusable("Characters in it are missing or no Base64.");
  }
}

/** Version 0 and the algorithm rsaEncryption with its NULL. @see RFC 5208 section 5, RFC 8017 appendix A.1 */
const pkcs8Start = [0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
const pkcs8Head = [...pkcs8Start, 0x01, 0x05, 0x00];

/** An RSAPrivateKey (PKCS#1) as the key of a PrivateKeyInfo (PKCS#8). */
function wrapPkcs1(key: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(element(0x30, [...pkcs8Head, ...element(0x04, [...key])]));
}

/** Tag, length and content in DER; lengths above 127 take as many bytes as they need (X.690 section 8.1.3). */
function element(tag: number, content: readonly number[]): number[] {
  const length: number[] = [];
  for (let rest = content.length; rest > 0; rest >>= 8) length.unshift(rest & 0xff);
  const isShort = content.length < 0x80;
  return [tag, ...(isShort ? [content.length] : [0x80 | length.length, ...length]), ...content];
}

function unusable(reason: string) {
  const message = `The private key for Bitbucket cannot be used. ${reason}`;
  return bitbucketErrors.fail("bitbucket.oauth1_key_unusable", { message });
}
