/** Owns client authentication at the token endpoint: Basic read raw and percent-decoded, or the form body. */
import { secretsEqual } from "../../core/entropy.ts";
import type { Consumer } from "../../core/oauth-state.ts";
import type { Rules } from "../../core/rules.ts";

interface Credentials {
  readonly key: string;
  readonly secret: string;
}

/** What was proven: a consumer, or that nothing was sent (`missing`), or nothing that fits (`wrong`). */
export type ClientProof = Consumer | "missing" | "wrong";

/** Judges the credentials of a token request. When Basic and body are both sent, both must fit. */
export function authenticateClient(
  consumers: ReadonlyMap<string, Consumer>,
  request: { readonly authorization: string | undefined; readonly form: URLSearchParams },
  rules: Rules,
): ClientProof {
  const proofs = [
    basicProof(consumers, request.authorization, rules),
    bodyProof(consumers, request.form, rules),
  ].filter((proof) => proof !== "missing");
  const [first = "missing", second = first] = proofs;
  return first === second ? first : "wrong";
}

function basicProof(
  consumers: ReadonlyMap<string, Consumer>,
  header: string | undefined,
  rules: Rules,
): ClientProof {
  const encoded = /^Basic +(.+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return "missing";
  const raw = splitPair(Buffer.from(encoded, "base64").toString("utf8"));
  if (raw === null) return "wrong";
  const readings = [...(rules.basicRaw ? [raw] : []), ...(rules.basicPercentDecoded ? decoded(raw) : [])];
  return readings.map((reading) => check(consumers, reading)).find((proof) => proof !== "wrong") ?? "wrong";
}

function bodyProof(
  consumers: ReadonlyMap<string, Consumer>,
  form: URLSearchParams,
  rules: Rules,
): ClientProof {
  const [key, secret] = [form.get("client_id"), form.get("client_secret")];
  // A client_id alone is no credential: RFC 6749 section 4.1.3 has public clients send it.
  if (!rules.credentialsInBody || key === null || secret === null) return "missing";
  return check(consumers, { key, secret });
}

function check(consumers: ReadonlyMap<string, Consumer>, { key, secret }: Credentials): Consumer | "wrong" {
  const consumer = consumers.get(key);
  return consumer !== undefined && secretsEqual(consumer.secret, secret) ? consumer : "wrong";
}

/** `key:secret`, cut at the first colon. */
export function splitPair(text: string): Credentials | null {
  const colon = text.indexOf(":");
  return colon < 0 ? null : { key: text.slice(0, colon), secret: text.slice(colon + 1) };
}

/** The reading of RFC 6749 section 2.3.1, unless it is not percent-encoding at all. */
function decoded({ key, secret }: Credentials): readonly Credentials[] {
  try {
    const decode = (text: string) => decodeURIComponent(text.replaceAll("+", " "));
    return [{ key: decode(key), secret: decode(secret) }];
  } catch {
    return [];
  }
}
