/** The failures of sealing and of the key behind it. */
import { defineErrors } from "../base/errors.ts";

export const sealingErrors = defineErrors({
  "sealing.key_malformed": {
    reaction: "configuration",
    message: "The key that seals secrets is not 32 bytes in Base64.",
    cure: "Make one with: openssl rand -base64 32",
  },
  "sealing.key_missing": {
    reaction: "configuration",
    message: "The database holds sealed secrets, but the key that opens them is missing.",
    cure: "Put the key file back beside the database, or set WINDLASS_KEY to the key it held. Without it, every connection has to be made anew with a new database.",
  },
  "sealing.wrong_key": {
    reaction: "configuration",
    message: "The database was sealed with another key than the one given.",
    cure: "Give the key that belongs to this database: its key file, or WINDLASS_KEY.",
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
  "sealing.unknown_key": {
    reaction: "configuration",
    message: "A stored secret is sealed with a key that is not loaded.",
    cure: "Start with the key it was sealed with, or reconnect.",
  },
  "sealing.does_not_open": {
    reaction: "refused",
    message: "A stored secret does not open: it was changed, or it lies where it does not belong.",
    cure: "Reconnect, and find out who wrote to the database.",
  },
});
