/** Owns the frame: one line of a stack trace, whatever the language, and whether it is the app's own code. */

/** One call of a stack trace. */
export interface Frame {
  /** As the trace names it, with forward slashes; scheme, query and drive letter are gone. */
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  readonly function?: string;
  /** False for the runtime, its standard library and installed packages. */
  readonly inApp: boolean;
}

/** Where runtimes and package managers keep code that is not the app's. */
const foreignPlaces: readonly RegExp[] = [
  /(^|\/)node_modules\//,
  /^(node|internal|deno|bun|ext|native):/,
  /^internal\//,
  /(^|\/)(site|dist)-packages\//,
  /(^|\/)lib\/python\d[\d.]*\//,
  /^<(?!anonymous>)/,
  /(^|\/)(jdk|java\.base|rt\.jar)\//,
  /^(java|javax|jakarta|jdk|sun|com\/sun|kotlin|kotlinx|scala|groovy|clojure|android|androidx)\//,
  /(^|\/)go\/(src|pkg\/mod)\//,
  /(^|\/)libexec\/src\//,
  /(^|\/)(gems|rubygems|bundler)\//,
  /(^|\/)lib\/ruby\//,
  /^\/rustc\//,
  /(^|\/)\.cargo\/registry\//,
  /(^|\/)vendor\//,
  /(^|\/)webpack\/(bootstrap|runtime)/,
  /^\/_\/(src\/)?(System|Microsoft)\b/,
];

/** The path of a frame in the form paths are compared in. */
export function cleanFile(file: string): string {
  return file
    .trim()
    .replace(/^webpack(-internal)?:\/{2,3}([^/]*\/)?(?=\.\/)/, "")
    .replace(/^(file|app|webpack|webpack-internal|turbopack|rsc|ng|vite):\/{2,3}/, "/")
    .replace(/^https?:\/\/[^/]+\//, "")
    .replaceAll("\\", "/")
    .replace(/^\/?[A-Za-z]:\//, "/")
    .replace(/[?#].*$/, "")
    .replace(/^(\.\/)+/, "");
}

/** Makes a frame of what a pattern found; `file` is cleaned here. */
export function makeFrame(file: string, line?: string, name?: string): Frame {
  const cleaned = cleanFile(file);
  return {
    file: cleaned,
    ...(line === undefined ? {} : { line: Number(line) }),
    ...(name === undefined || name === "" ? {} : { function: name }),
    inApp: !foreignPlaces.some((place) => place.test(cleaned)),
  };
}
