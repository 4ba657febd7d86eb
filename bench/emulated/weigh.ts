/** Owns telling, from inside a process that is measured, what it holds after a collection. Loaded with `--import` and `--expose-gc`. */
process.on("message", () => {
  // Defined by `--expose-gc`.
  const { gc } = globalThis as unknown as { readonly gc: () => void };
  gc();
  process.send?.(process.memoryUsage().heapUsed);
});
