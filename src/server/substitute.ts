/** Owns what stands in a configuration file in place of a value: `${VAR}`, `${VAR:-default}`, `$${literal}`, `$file:path`. */
import type { ConfigProblem } from "../app/config.ts";

/** What stands there is not repeated: it may be part of a secret. */
const misspelt =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: how a reference is written
  "has a reference that names no variable: write ${NAME} or ${NAME:-default} with letters, digits and _, or $${ for the two characters themselves";

export interface Sources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads a file named relative to the configuration file; trailing white space is cut by the caller. */
  readFile(path: string): string;
}

export interface Substituted {
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
}

/** The third form is none: whoever wrote it meant one of the others. */
const variable = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{[^}]*\}?/g;

/**
 * Replaces every reference in `value`, however deep. A variable that is unset (and, with a default, one that is
 * empty), a reference that is written wrongly and a file that cannot be read are problems with their path; the rest is
 * still looked at.
 */
export function substitute(value: unknown, sources: Sources): Substituted {
  const problems: ConfigProblem[] = [];

  const walk = (part: unknown, path: readonly string[]): unknown => {
    if (typeof part === "string") return replaceIn(part, path);
    if (Array.isArray(part)) return part.map((item, index) => walk(item, [...path, String(index)]));
    if (typeof part !== "object" || part === null) return part;
    const entries = Object.entries(part);
    const only = entries.length === 1 ? entries[0] : undefined;
    if (only?.[0] === "$file") return readFrom(String(only[1]), path);
    if (only?.[0] === "$env") return replaceIn(`\${${only[1]}}`, path);
    return Object.fromEntries(entries.map(([key, item]) => [key, walk(item, [...path, key])]));
  };

  const replaceIn = (text: string, path: readonly string[]): unknown => {
    if (text.startsWith("$file:")) return readFrom(text.slice("$file:".length).trim(), path);
    let missing = false;
    const replaced = text.replace(
      variable,
      (match, name: string | undefined, fallback: string | undefined) => {
        if (match === "$${") return "${";
        if (name === undefined) {
          missing = true;
          problems.push({ path: path.join("."), problem: misspelt });
          return match;
        }
        const found = sources.environment[name];
        if (found !== undefined && (found !== "" || fallback === undefined)) return found;
        if (fallback !== undefined) return fallback;
        missing = true;
        problems.push({
          path: path.join("."),
          problem: `needs the environment variable ${name}, which is not set`,
        });
        return match;
      },
    );
    return missing ? unresolved : replaced;
  };

  const readFrom = (file: string, path: readonly string[]): unknown => {
    try {
      return sources.readFile(file).trimEnd();
    } catch {
      problems.push({ path: path.join("."), problem: `names the file ${file}, which cannot be read` });
      return unresolved;
    }
  };

  return { value: walk(value, []), problems };
}

/** Stands for a value that could not be had, so that the schema does not report the same place a second time. */
const unresolved = "unresolved";
