/** Owns the switches of the API's manners that hold for every path. */
import { choice, flag } from "../core/switches.ts";

export const apiRules = {
  cors: flag(
    true,
    "The API answers preflights and lets pages of any origin read; Atlassian's page and browser clients agree, which answers carry the header is not told.",
  ),
  lengthRequired: flag(
    true,
    "A POST or PUT without Content-Length is 411; Atlassian says it can happen, not where.",
  ),
  wrongMethodStatus: choice([405, 404], "Status of a method that a path does not have; nobody noted it."),
} as const;
