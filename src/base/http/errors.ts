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
  "http.no_certificates": {
    reaction: "configuration",
    message: "This way to the network cannot be told which certificates to trust.",
    cure: "Hand in a fetch of your own that trusts the certificate authority, or set NODE_EXTRA_CA_CERTS.",
  },
});
