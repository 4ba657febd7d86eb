/** The failures of the one door to the network. */
import { defineErrors } from "../errors.ts";

export const httpErrors = defineErrors({
  "http.unreachable": {
    reaction: "unreachable",
    message: "The server could not be reached.",
    cure: "Check the address and the network, then try again.",
  },
  "http.timeout": {
    reaction: "unreachable",
    message: "The server did not answer in time.",
    cure: "Try again in a moment.",
  },
  "http.too_large": {
    reaction: "malformed",
    message: "The server answered with more data than is accepted.",
    cure: "Ask for less at a time, or raise the limit if this answer is expected.",
  },
  "http.redirected": {
    reaction: "refused",
    message: "The server answered with a redirect, which is not followed.",
    cure: "Check that the configured address is the final one.",
  },
  "http.address_refused": {
    reaction: "configuration",
    message: "This address leads into a network that is not called from here.",
    cure: "Check the address; where it is meant, whoever runs Windlass allows its range in the configuration, under network.allow.",
  },
  "http.not_https": {
    reaction: "configuration",
    message: "This address is not https, so what is sent could be read on the way.",
    cure: "Use the https address; http is for this machine alone.",
  },
  "http.proxy_refused": {
    reaction: "unreachable",
    message: "The outgoing proxy did not open a way to this server.",
    cure: "Check the proxy's address and login in network.proxy (or HTTPS_PROXY), and what the proxy lets through.",
  },
  "http.unknown_coding": {
    reaction: "malformed",
    message: "The server answered in a compression that was not asked for.",
    cure: "Check that no proxy on the way compresses answers again.",
  },
  "http.no_certificates": {
    reaction: "configuration",
    message: "This way to the network cannot be told which certificates to trust.",
    cure: "Hand in a fetch of your own that trusts the certificate authority, or set NODE_EXTRA_CA_CERTS.",
  },
});
