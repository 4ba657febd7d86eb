/** Owns telling what happened: whoever moves a branch or a pull request says so once, webhooks and others listen. */

export interface Events<Event> {
  /** Ends when every listener has taken notice; none of them may throw. */
  emit(event: Event): Promise<void>;
  on(listener: (event: Event) => void | Promise<void>): void;
}

export function createEvents<Event>(): Events<Event> {
  const listeners: ((event: Event) => void | Promise<void>)[] = [];
  return {
    async emit(event) {
      for (const listener of listeners) await listener(event);
    },
    on(listener) {
      listeners.push(listener);
    },
  };
}
