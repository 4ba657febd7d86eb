/** The failures of the database that a person can mend. */
import { defineErrors } from "../base/errors.ts";

export const storageErrors = defineErrors({
  "storage.unwritable": {
    reaction: "configuration",
    message: "The database cannot be opened for writing.",
    cure: "Check that its folder exists, that it is a file, and that the user running Windlass may write both.",
  },
  "storage.not_a_database": {
    reaction: "configuration",
    message: "The database file is not an SQLite database, or it is damaged.",
    cure: "Point Windlass at another file, or restore this one from a backup.",
  },
  "storage.foreign": {
    reaction: "configuration",
    message: "The database belongs to another program.",
    cure: "Point Windlass at a file of its own; it makes one if there is none.",
  },
  "storage.newer": {
    reaction: "configuration",
    message: "The database was made by a newer version of Windlass.",
    cure: "Run that version or a later one; an older one cannot read it.",
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
});
