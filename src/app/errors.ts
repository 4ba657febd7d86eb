/** The failures of configuration. */
import { defineErrors } from "../base/errors.ts";

export const appErrors = defineErrors({
  "app.config_invalid": {
    reaction: "configuration",
    message: "The configuration has mistakes.",
    cure: "Mend each line named above and start again.",
  },
  "app.private_key_missing": {
    reaction: "configuration",
    message: "Enter the private key, or let Windlass make a key pair.",
    cure: "Paste the whole PEM file, from “-----BEGIN” to the last line.",
  },
  "app.private_key_encrypted": {
    reaction: "configuration",
    message: "The private key is encrypted with a passphrase.",
    cure: "Take the passphrase off: openssl pkcs8 -topk8 -nocrypt -in key.pem -out windlass.pem",
  },
  "app.private_key_public": {
    reaction: "configuration",
    message: "This is a public key; the private key belongs here.",
    cure: "Enter the private key that goes with it. The public key belongs into Bitbucket's application link.",
  },
  "app.private_key_certificate": {
    reaction: "configuration",
    message: "This is a certificate; the private key belongs here.",
    cure: "Enter the private key that goes with it (“BEGIN PRIVATE KEY” or “BEGIN RSA PRIVATE KEY”).",
  },
  "app.private_key_openssh": {
    reaction: "configuration",
    message: "The private key is in a format of OpenSSH or PuTTY.",
    cure: "Convert a copy of it to PEM: ssh-keygen -p -m PEM -f COPY (PuTTY: Conversions → Export OpenSSH key first).",
  },
  "app.private_key_wrong_kind": {
    reaction: "configuration",
    message: "This is no RSA key; Bitbucket's application links take only RSA.",
    cure: "Make an RSA key: openssl genrsa -out windlass.pem 2048; or let Windlass make a key pair.",
  },
  "app.private_key_cut_off": {
    reaction: "configuration",
    message:
      "The private key is cut off: its first or last lines are missing, or something else stands between them.",
    cure: "Paste the whole PEM file again, from “-----BEGIN” to the line with “-----END”.",
  },
  "app.private_key_too_short": {
    reaction: "configuration",
    message: "The private key is too short to be safe.",
    cure: "Use an RSA key of 2048 bits (1024 at least): openssl genrsa -out windlass.pem 2048; or let Windlass make one.",
  },
  "app.private_key_too_long": {
    reaction: "configuration",
    message: "The private key is longer than 8192 bits: every call would wait for its signature.",
    cure: "Use an RSA key of 2048 or 4096 bits: openssl genrsa -out windlass.pem 2048; or let Windlass make one.",
  },
  "app.private_key_unreadable": {
    reaction: "configuration",
    message: "This is not a private key in PEM, or it is damaged.",
    cure: "Paste the whole PEM file again (“BEGIN PRIVATE KEY” or “BEGIN RSA PRIVATE KEY”), or let Windlass make a key pair.",
  },
});
