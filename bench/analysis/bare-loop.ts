/** Owns the peer of an analysis: nothing but undici, asking for the same URLs as many at a time. */
import { Agent, request } from "undici";

/** One call an analysis made. */
export interface RecordedCall {
  readonly url: string;
  readonly authorization: string;
}

/** Reads each answer as JSON and forgets it. Gives the seconds it took. */
export async function runBareLoop(calls: readonly RecordedCall[], parallelCalls: number): Promise<number> {
  const dispatcher = new Agent({ connections: parallelCalls, pipelining: 1 });
  const left = calls.values();
  const worker = async () => {
    for (const { url, authorization } of left) {
      const { body, statusCode } = await request(url, { dispatcher, headers: { authorization } });
      if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`);
      await body.json();
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: parallelCalls }, worker));
  const seconds = (performance.now() - began) / 1000;
  await dispatcher.close();
  return seconds;
}
