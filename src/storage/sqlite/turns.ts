/** Owns taking turns at the file's one connection, and whether who has the turn waits for the disk. */
import type { DatabaseSync } from "node:sqlite";

/** Whether a commit waits for the disk: `full` does, `normal` leaves that to whoever comes later. */
export type Synchronous = "full" | "normal";

export interface Turns {
  /** Resolves when nobody else has the connection; what is written from here on waits for the disk, or does not. */
  take(synchronous: Synchronous): Promise<void>;
  give(): void;
  /** Before anything is written: sets what whoever has the turn asked for. Two of a kind, one after the other, set nothing. */
  settle(): void;
}

/** @see https://www.sqlite.org/pragma.html#pragma_synchronous */
export function createTurns(file: DatabaseSync): Turns {
  const waiting: (() => void)[] = [];
  let isTaken = false;
  let [wanted, set]: Synchronous[] = ["full", "full"];
  return {
    async take(synchronous) {
      if (isTaken) await new Promise<void>((resolve) => waiting.push(resolve));
      isTaken = true;
      wanted = synchronous;
    },
    give() {
      const next = waiting.shift();
      if (next === undefined) isTaken = false;
      else next();
    },
    settle() {
      if (wanted !== set) file.exec(`pragma synchronous = ${wanted}`);
      set = wanted;
    },
  };
}
