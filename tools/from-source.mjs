/**
 * Owns how this package finds itself before it is built: `windlass` and its entries are read from `src/`.
 * `node --import ./tools/from-source.mjs examples/express.ts`
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

const { name, exports } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

registerHooks({
  resolve(specifier, context, next) {
    const entry = specifier === name ? "." : specifier.replace(`${name}/`, "./");
    const built = entry === specifier ? undefined : exports[entry]?.default;
    if (built === undefined) return next(specifier, context);
    const source = built.replace(/^\.\/dist\//, "../src/").replace(/\.js$/, ".ts");
    return next(new URL(source, import.meta.url).href, context);
  },
});
