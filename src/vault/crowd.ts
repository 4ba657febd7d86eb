/** Owns that a crowd asks once: who comes while somebody asks the same gets what that one gets. */
export interface Crowd<Answer> {
  join(connectionId: string, ask: () => Promise<Answer>): Promise<Answer>;
  /** Whoever comes from now on asks anew. */
  renew(connectionId: string): void;
}

/** `whole` resolves when all of an answer is there: who comes later asks anew. */
export function createCrowd<Answer>(whole: (answer: Answer) => Promise<unknown>): Crowd<Answer> {
  const underWay = new Map<string, Promise<Answer>>();
  const askFirst = (connectionId: string, ask: () => Promise<Answer>) => {
    const asking = ask();
    const end = () => underWay.get(connectionId) === asking && underWay.delete(connectionId);
    asking.then(whole).then(end, end);
    underWay.set(connectionId, asking);
    return asking;
  };
  return {
    join: (connectionId, ask) => underWay.get(connectionId) ?? askFirst(connectionId, ask),
    renew: (connectionId) => void underWay.delete(connectionId),
  };
}
