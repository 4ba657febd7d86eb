/** Owns the link a Server has from the beginning, whose key pair is made when somebody first looks at it. */
import { generateKeyPairSync } from "node:crypto";
import type { OAuth1Consumer } from "../state.ts";

/** `windlass-local`. Making an RSA key takes a tenth of a second, which a start should not wait for. */
export function seededConsumer(callbackUrl: string): OAuth1Consumer {
  let pair: { readonly publicKey: string; readonly privateKey: string } | undefined;
  const keys = () => {
    pair ??= generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    return pair;
  };
  return {
    key: "windlass-local",
    name: "Windlass (local)",
    callbackUrl,
    threeLegged: true,
    twoLegged: false,
    get publicKey() {
      return keys().publicKey;
    },
    get privateKey() {
      return keys().privateKey;
    },
  };
}
