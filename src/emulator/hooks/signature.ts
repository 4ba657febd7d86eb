/** Owns the signature of a delivery. */
import { createHmac } from "node:crypto";

/**
 * What `X-Hub-Signature` carries: `sha256=` and the HMAC of the exact bytes in lower-case hex.
 * @see "Manage webhooks", https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/
 */
export function signatureOf(secret: string, body: Uint8Array): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}
