/** Owns the secret: a value that can be handed on and used, but not printed by accident. */

const redacted = "[secret]";

/** Node's `util.inspect` looks this symbol up in the global registry; naming it so needs no `node:` import. */
const inspect = Symbol.for("nodejs.util.inspect.custom");

/**
 * A token, key or password. `String()`, templates, JSON and `util.inspect` all give `[secret]`;
 * only {@link Secret.reveal} gives the value, so that every use can be found by that word.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it where it is sent or sealed, nowhere else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [Symbol.toPrimitive](): string {
    return redacted;
  }

  [inspect](): string {
    return redacted;
  }
}
