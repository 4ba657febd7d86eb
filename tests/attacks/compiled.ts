/** Owns that processes of the attack suite compile what they load once: there are hundreds of them, and most load the same. */
import { join } from "node:path";

/** The environment of a further process. What is kept is found by its text: a weakened file is another one. */
export const compiledOnce = {
  ...process.env,
  NODE_COMPILE_CACHE: join(import.meta.dirname, "../../node_modules/.cache/attacks"),
};
