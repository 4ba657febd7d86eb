/** Owns reading the titles of tests out of a test file's text. */

const title = /\b(?:test|describe)(?:\.\w+[\s\S]*?\)\s*)?\(\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1/g;

/** In the order they stand. What `test.each` puts in stays as it is written: `%s`. */
export function titlesIn(text: string): readonly string[] {
  return [...text.matchAll(title)].map(([, , words = ""]) => words.replaceAll(/\\(.)/g, "$1"));
}
