/** Owns bundles for a page, made as an application makes them: minified, for a browser, nothing of Node. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

const root = join(import.meta.dirname, "../..");
const programName = "the-program";

/** Where an entry of the package lies in the sources, by its name. */
export const browserEntries = {
  "windlass/client": "src/browser/client/index.ts",
  "windlass/react": "src/browser/react/index.ts",
  "windlass/bitbucket": "src/bitbucket/index.ts",
} as const;

export type BrowserEntry = keyof typeof browserEntries;

/** A bundle, and every module outside of it that it still asks for. */
export interface PageBundle {
  readonly code: string;
  readonly asksFor: readonly string[];
}

/** Bundles a program that imports the package's entries by their names. `external` stays outside. */
export async function bundleProgram(program: string, external: readonly string[] = []): Promise<PageBundle> {
  const alias = Object.fromEntries(
    Object.entries(browserEntries).map(([name, path]) => [name, join(root, path)]),
  );
  const bundle = await rolldown({
    input: programName,
    platform: "browser",
    external: [...external],
    resolve: { alias },
    transform: { define: { "process.env.NODE_ENV": '"production"' } },
    plugins: [
      {
        name: programName,
        resolveId(id, importer) {
          if (id === programName) return id;
          // It lies nowhere: what it imports is found as from the root.
          return importer === programName ? this.resolve(id, join(root, "package.json")) : null;
        },
        load: (id) => (id === programName ? program : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  const [{ code, imports, dynamicImports }] = output;
  return { code, asksFor: [...imports, ...dynamicImports] };
}

/** What a page has to load of it. */
export function gzipBytes(code: string): number {
  return gzipSync(code, { level: 9 }).length;
}
