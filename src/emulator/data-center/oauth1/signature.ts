/** Owns checking a signature: RSA-SHA1 against the key of the link (RFC 5849 section 3.4.3), with the server's own base string in the refusal. */
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { baseString } from "./base-string.ts";
import { parameter, type SignedRequest } from "./parameters.ts";
import { type OAuthProblem, problem } from "./problems.ts";

export interface SignatureRules {
  /** HMAC and PLAINTEXT of a link that has an RSA key: nobody noted which problem it is. */
  readonly otherSignatureMethod: "signature_method_rejected" | "signature_invalid";
  /** Whether `signature_invalid` tells the server's own base string. */
  readonly signatureDetail: boolean;
}

const known = new Set(["HMAC-SHA1", "PLAINTEXT"]);

/** What is wrong with the signature of a request that has one; null: nothing. */
export function signatureProblem(
  request: SignedRequest,
  publicKey: string,
  rules: SignatureRules,
): OAuthProblem | null {
  const method = parameter(request, "oauth_signature_method") ?? "";
  const signature = parameter(request, "oauth_signature") ?? "";
  if (method !== "RSA-SHA1") {
    const refused = known.has(method) ? rules.otherSignatureMethod : "signature_method_rejected";
    return refused === "signature_invalid"
      ? invalid(request, { method, signature, rules })
      : problem("signature_method_rejected");
  }
  const key = readPublicKey(publicKey);
  const base = Buffer.from(baseString(request));
  if (key !== null && verify("sha1", base, key, Buffer.from(signature, "base64"))) return null;
  return invalid(request, { method, signature, rules });
}

function invalid(
  request: SignedRequest,
  sent: { readonly method: string; readonly signature: string; readonly rules: SignatureRules },
): OAuthProblem {
  if (!sent.rules.signatureDetail) return problem("signature_invalid");
  return problem(
    "signature_invalid",
    ["oauth_signature", sent.signature],
    ["oauth_signature_base_string", baseString(request)],
    ["oauth_signature_method", sent.method],
  );
}

/** An RSA key as SubjectPublicKeyInfo in PEM; a certificate, a private key or rubbish is none, although Node would take some of them. */
function readPublicKey(pem: string): KeyObject | null {
  if (!/^\s*-----BEGIN PUBLIC KEY-----/.test(pem)) return null;
  try {
    const key = createPublicKey({ key: pem.trim(), format: "pem", type: "spki" });
    return key.asymmetricKeyType === "rsa" ? key : null;
  } catch {
    return null;
  }
}
