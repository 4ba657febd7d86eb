/** The failures of sealing and of the keys behind it. */
import { defineErrors } from "../base/errors.ts";

export const sealingErrors = defineErrors({
  "sealing.key_malformed": {
    reaction: "configuration",
    message: "The key that seals secrets is not 32 bytes in Base64.",
    cure: "Make one with: openssl rand -base64 32",
  },
  "sealing.key_required": {
    reaction: "configuration",
    message: "With PostgreSQL, the key that seals secrets has to be given.",
    cure: "Set WINDLASS_KEY, or key in windlass.yaml, to what this prints, the same for every server: openssl rand -base64 32",
  },
  "sealing.key_missing": {
    reaction: "configuration",
    message: "The database holds sealed secrets, but the key that opens them is missing.",
    cure: "Put the key file back beside the database, or set WINDLASS_KEY to the key it held. If it is lost for good, run windlass keys give-up KEYID: then every connection it sealed has to be made anew.",
  },
  "sealing.wrong_key": {
    reaction: "configuration",
    message: "The database was sealed with another key than the one given.",
    cure: "Give the key that belongs to this database: its key file, or WINDLASS_KEY. If it is lost for good, run windlass keys give-up KEYID.",
  },
  "sealing.key_file_unusable": {
    reaction: "configuration",
    message: "The key file cannot be read or written.",
    cure: "Check that its folder exists and that the user running Windlass owns the file.",
  },
  "sealing.key_file_open": {
    reaction: "configuration",
    message: "The key file can be read by other users of this machine.",
    cure: "Make it readable by its owner alone: chmod 600.",
  },
  "sealing.key_service_failed": {
    reaction: "unreachable",
    message: "The service that keeps the key does not answer.",
    cure: "Wait and try again; when it stays away, check the key service and the right to use its key.",
  },
  "sealing.key_not_in_use": {
    reaction: "configuration",
    message: "No server has been started with the first key yet.",
    cure: "Start every server with the new key first and the old one behind it, then run windlass keys rotate again.",
  },
  "sealing.key_not_lost": {
    reaction: "refused",
    message: "This key is not lost, so it cannot be given up.",
    cure: "Give up a key only that windlass keys status calls missing.",
  },
  "sealing.unknown_key": {
    reaction: "configuration",
    message: "A stored secret is sealed with a key that is not loaded.",
    cure: "Start with the key it was sealed with, or reconnect.",
  },
  "sealing.key_lost": {
    reaction: "stale",
    message: "The key that sealed this secret is lost and was given up.",
    cure: "Reconnect: a new key seals the new connection.",
  },
  "sealing.does_not_open": {
    reaction: "refused",
    message: "A stored secret does not open: it was changed, or it lies where it does not belong.",
    cure: "Reconnect, and find out who wrote to the database.",
  },
});
