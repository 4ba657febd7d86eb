/** The failures of projects. */
import { defineErrors } from "../base/errors.ts";

export const projectErrors = defineErrors({
  "projects.not_found": {
    reaction: "refused",
    message: "There is no such project, or it is somebody else's.",
    cure: "Choose one of your own projects.",
  },
  "projects.name_unusable": {
    reaction: "malformed",
    message: "A project needs a name of 1 to 80 characters on one line.",
    cure: "Enter another name.",
  },
  "projects.key_not_found": {
    reaction: "refused",
    message: "There is no API key with this id.",
    cure: "Look its id up in the list of keys: windlass api-keys list.",
  },
  "projects.key_name_unusable": {
    reaction: "malformed",
    message: "An API key needs a name of 1 to 80 characters on one line.",
    cure: "Enter another name.",
  },
  "projects.right_unknown": {
    reaction: "malformed",
    message: "An API key needs rights that exist.",
    cure: "Choose one of those that are listed.",
  },
});
