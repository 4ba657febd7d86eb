/** Which lock: the clone's folder, the lock's name, and what to do when it has to be waited for. */
export interface CloneLock {
  readonly root: string;
  readonly name: string;
  wait?(): void;
}

export function withLock<T>(lock: CloneLock, work: () => Promise<T>): Promise<T>;
