/** Owns why an address could not be reached: what the network or TLS said, and what to do about it. */
import { isWindlassError } from "../base/errors.ts";
import type { Instance } from "../bitbucket/instance.ts";
import { type Finding, problem } from "./finding.ts";

/** What stands in the way, by the code of Node or OpenSSL. */
type Reason = "untrusted" | "expired" | "not yet valid" | "other name" | "no TLS" | "unknown name" | "nobody";

const reasons: Readonly<Record<string, Reason>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "untrusted",
  SELF_SIGNED_CERT_IN_CHAIN: "untrusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "untrusted",
  UNABLE_TO_GET_ISSUER_CERT: "untrusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "untrusted",
  CERT_HAS_EXPIRED: "expired",
  CERT_NOT_YET_VALID: "not yet valid",
  ERR_TLS_CERT_ALTNAME_INVALID: "other name",
  ERR_SSL_WRONG_VERSION_NUMBER: "no TLS",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "no TLS",
  ERR_SSL_HTTP_REQUEST: "no TLS",
  ENOTFOUND: "unknown name",
  EAI_AGAIN: "unknown name",
  ECONNREFUSED: "nobody",
};

/** The finding for a call of `url` that failed with `error`. Nowhere is it advised to switch verification off. */
export function unreached(instance: Instance, url: string, error: unknown): Finding {
  const { origin, hostname } = new URL(url);
  if (isWindlassError(error, "http.address_refused"))
    return problem(
      "reachable",
      `${origin} leads into a network that is not called: ${error.detail ?? hostname}.`,
      "Check the name and the DNS; where the address is meant, allow its range in the configuration, under network.allow.",
    );
  if (isWindlassError(error, "http.proxy_refused"))
    return problem(
      "reachable",
      `The outgoing proxy did not open a way to ${origin} (${error.detail}).`,
      error.cure,
    );
  const said = innermost(error);
  const reason = Object.hasOwn(reasons, said.code) ? reasons[said.code] : undefined;
  switch (reason) {
    case "untrusted":
      return untrusted(instance, origin, said.code);
    case "expired":
      return problem(
        "TLS",
        `The certificate of ${origin} has expired.`,
        "Have it renewed at Bitbucket or the proxy before it; where it was renewed, look at this machine's clock.",
      );
    case "not yet valid":
      return problem(
        "TLS",
        `The certificate of ${origin} is not valid yet.`,
        "Look at the clocks of this machine and of the one that made the certificate.",
      );
    case "other name":
      return problem(
        "TLS",
        `The certificate of ${origin} is made out for another name than ${hostname}.`,
        "Use the name that stands in the certificate, or have one made for this name.",
      );
    case "no TLS":
      return problem(
        "TLS",
        `${origin} does not speak TLS on this port.`,
        "Check the port: Bitbucket's http and https have different ones.",
      );
    case "unknown name":
      return problem("reachable", `There is no server named ${hostname}.`, "Check the name, and the DNS.");
    case "nobody":
      return problem(
        "reachable",
        `Nobody answers at ${origin} (${said.message}).`,
        "Check the port, and that Bitbucket and the proxy before it are running.",
      );
    default:
      return problem(
        "reachable",
        `${origin} does not answer (${said.message}).`,
        "Check the network, the proxy and the instance's address.",
      );
  }
}

function untrusted(instance: Instance, origin: string, code: string): Finding {
  const sentence = `The certificate of ${origin} comes from nobody this machine trusts (${code}).`;
  if (instance.product === "cloud") {
    const cure =
      "A proxy on the way shows a certificate of its own: put that authority's certificate into NODE_EXTRA_CA_CERTS.";
    return problem("TLS", sentence, cure);
  }
  const given =
    instance.ca === null ? "" : " The one given there now is not the one that signed this certificate.";
  const cure = `Put the certificate of its authority, in PEM, into this instance's “ca”; of a self-signed one, the certificate itself.${given}`;
  return problem("TLS", sentence, cure);
}

/** The door names its failures; what Node said of it is the innermost cause. */
function innermost(error: unknown): { readonly code: string; readonly message: string } {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  if (!(cause instanceof Error)) return { code: "", message: "no reason given" };
  const { code } = cause as { code?: unknown }; // Node's errors carry one
  const name = typeof code === "string" ? code : "";
  return { code: name, message: cause.message === "" ? name : cause.message };
}
