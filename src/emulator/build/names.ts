/** Owns which names branches and tags may have, each alone and beside the others. */

/** The rules of git-check-ref-format(1), as far as they matter to somebody who types a name. Throws a sentence, as {@link Error}. */
export function checkedName(name: string): string {
  const refused = /[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$|(^|\/)\.|\.lock(\/|$)/;
  const isRefused = typeof name !== "string" || name === "" || name === "@" || name === "HEAD";
  if (isRefused || name.startsWith("-") || refused.test(name))
    throw new Error(`"${name}" is no name of a branch or tag`);
  return name;
}

/** git keeps a name as a file: where there is `a`, there cannot be `a/b`. Throws a sentence, as {@link Error}. */
export function checkTogether(kind: "branch" | "tag", names: readonly string[]): void {
  const known = new Set(names);
  for (const name of names)
    for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1)) {
      const folder = name.slice(0, at);
      if (known.has(folder)) throw new Error(`beside the ${kind} "${folder}" there cannot be "${name}"`);
    }
}
