/** The failures of the database that a person can mend. */
import { defineErrors } from "../base/errors.ts";

export const storageErrors = defineErrors({
  "storage.unwritable": {
    reaction: "configuration",
    message: "The database cannot be opened for writing.",
    cure: "Check that its folder exists, that it is a file, and that the user running Windlass may write both; with PostgreSQL, that its role may write there and that the server is no standby.",
  },
  "storage.not_a_database": {
    reaction: "configuration",
    message: "The database file is not an SQLite database, or it is damaged.",
    cure: "Point Windlass at another file, or restore this one from a backup.",
  },
  "storage.foreign": {
    reaction: "configuration",
    message: "The database belongs to another program.",
    cure: "Point Windlass at a database of its own; an SQLite file is made if there is none.",
  },
  "storage.newer": {
    reaction: "configuration",
    message: "The database was made by a newer version of Windlass.",
    cure: "Run that version or a later one; an older one cannot read it.",
  },
  "storage.not_migrated": {
    reaction: "configuration",
    message: "The database is not prepared for this version of Windlass.",
    cure: "Run: windlass migrate",
  },
  "storage.busy": {
    reaction: "unreachable",
    message: "The database is held by another process.",
    cure: "Stop the other process, or wait until it is done, then try again.",
  },
  "storage.full": {
    reaction: "configuration",
    message: "There is no room left to write to the database.",
    cure: "Free some space on its disk, then try again.",
  },
  "storage.unreachable": {
    reaction: "unreachable",
    message: "The database cannot be reached.",
    cure: "Check that the database server runs, that host and port are right, and that it takes more connections; then try again.",
  },
  "storage.access_refused": {
    reaction: "configuration",
    message: "The database server refuses the user or the password.",
    cure: "Check user and password in the database's URL (special characters percent-encoded), and the server's pg_hba.conf.",
  },
  "storage.no_database": {
    reaction: "configuration",
    message: "The database server has no database of that name.",
    cure: "Make it (create database windlass), or mend the name at the end of the URL; then run: windlass migrate",
  },
  "storage.address_invalid": {
    reaction: "configuration",
    message: "The database's URL cannot be read.",
    cure: "Write postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters percent-encoded.",
  },
  "storage.tls": {
    reaction: "configuration",
    message: "No safe connection to the database server could be made.",
    cure: "Give its authority in the URL (?sslmode=verify-full&sslrootcert=FILE) and the name its certificate bears, or switch TLS on at the server.",
  },
  "storage.missing_reference": {
    reaction: "stale",
    message: "What this belongs to is no longer there.",
    cure: "Reload the page: it was removed meanwhile.",
  },
  "storage.in_use": {
    reaction: "refused",
    message: "The database file is open in another process.",
    cure: "Stop Windlass first, so that nothing is written that would not be copied.",
  },
  "storage.not_empty": {
    reaction: "refused",
    message: "The database to copy to holds rows already.",
    cure: "Name an empty database; nothing was changed in this one.",
  },
  "storage.copy_differs": {
    reaction: "refused",
    message: "The copy is not the same as the original, so it was taken back.",
    cure: "Nothing was changed. Please report it with the text in brackets, which holds no contents.",
  },
});
