/** Owns key pairs for tests: made anew, and checking signatures with the platform's own cryptography. */
import { createVerify, generateKeyPairSync } from "node:crypto";
import { Secret } from "../../src/base/secret.ts";

const pair = generateKeyPairSync("rsa", { modulusLength: 1024 });

export const pkcs8Pem = pair.privateKey.export({ format: "pem", type: "pkcs8" }).toString();
export const pkcs1Pem = pair.privateKey.export({ format: "pem", type: "pkcs1" }).toString();
export const publicKeyPem = pair.publicKey.export({ format: "pem", type: "spki" }).toString();
export const privateKey = new Secret(pkcs8Pem);

/** The decoded parameters of an `Authorization: OAuth` header. */
export function headerParameters(header: string): Record<string, string> {
  if (!header.startsWith("OAuth ")) throw new Error("no OAuth header");
  return Object.fromEntries(
    header
      .slice("OAuth ".length)
      .split(", ")
      .map((pair) => {
        const [, name = "", value = ""] = /^([a-z_]+)="([^"]*)"$/.exec(pair) ?? [];
        return [name, decodeURIComponent(value)];
      }),
  );
}

/** Whether `signature` was made of `text` with the tests' private key. */
export function isSignedBy(text: string, signature: string, key: string = publicKeyPem): boolean {
  return createVerify("sha1").update(text).verify(key, signature, "base64");
}
