/** Owns telling that everything begins anew: for who keeps something beside the world, such as a browser's cookie. */

export interface Resets {
  /** `forget` runs at every reset, after the world is as it was planted. It must not throw. */
  onReset(forget: () => void): void;
  run(): void;
}

export function createResets(): Resets {
  const all: (() => void)[] = [];
  return {
    onReset(forget) {
      all.push(forget);
    },
    run() {
      for (const forget of all) forget();
    },
  };
}
