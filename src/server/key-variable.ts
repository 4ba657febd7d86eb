/** Owns reading `WINDLASS_KEY`: keys as they stand, or `$file:` and where they are. */
import { readFileSync } from "node:fs";
import { configInvalid } from "../app/config.ts";

/** Throws `app.config_invalid` for a file that cannot be read. */
export function readKeyVariable(text: string): string {
  const path = /^\$file:(.+)$/.exec(text.trim())?.[1]?.trim();
  if (path === undefined) return text;
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw configInvalid([{ path: "WINDLASS_KEY", problem: `names the file ${path}, which cannot be read` }]);
  }
}
