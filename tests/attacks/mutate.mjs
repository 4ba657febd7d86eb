/**
 * Owns weakening a file while it is loaded: `node --import mutate.mjs` with `WINDLASS_MUTANT`, the changes as JSON.
 * Plain JavaScript: it has to be there before anything else, and changes no file on disk.
 */
import { registerHooks } from "node:module";

const changes = JSON.parse(process.env.WINDLASS_MUTANT ?? "[]");

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const own = changes.filter(({ file }) => url.endsWith(`/${file}`));
    if (own.length === 0) return loaded;
    const source = own.reduce(replaced, String(loaded.source));
    return { ...loaded, source };
  },
});

function replaced(text, { file, find, replace }) {
  const [before, after, ...more] = text.split(find);
  if (after === undefined || more.length > 0) throw new Error(`${file} does not hold once: ${find}`);
  return before + replace + after;
}
