/** Owns the options of `windlass emulate`, as `parseArgs` takes them. */
import type { parseArgs } from "node:util";

export const emulateOptions = {
  port: { type: "string" },
  "api-port": { type: "string" },
  repo: { type: "string", multiple: true },
  seed: { type: "string" },
  "callback-url": { type: "string" },
  rules: { type: "string" },
  rule: { type: "string", multiple: true },
  "auto-approve": { type: "string" },
  json: { type: "boolean" },
} as const;

/** What was given of them. */
export type EmulateValues = ReturnType<typeof parseArgs<{ options: typeof emulateOptions }>>["values"];
