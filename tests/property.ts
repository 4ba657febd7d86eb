/**
 * Owns the seed of every property test: the same on every machine, so that a change fails for what it changed.
 * `WINDLASS_SEED=random` looks for what nobody thought of; what it finds becomes an `examples` entry.
 */
import fc from "fast-check";

const seed = process.env.WINDLASS_SEED ?? "20261122";
if (seed !== "random") fc.configureGlobal({ seed: Number(seed) });

export { fc };
