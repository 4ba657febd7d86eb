/** Owns asking two servers for tokens over HTTP, by turns, each in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Pool } from "undici";

interface Server {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Where the token is in its answer. */
  readonly field: string;
}

const connections = 32;
const requests = Number(process.env.BENCH_REQUESTS ?? 20_000);

/** Answers a second, the medians of the rounds. */
export async function measureHttp(rounds: number) {
  const [ours, peer] = [
    await start(new URL("ours.ts", import.meta.url)),
    await start(new URL("better-auth.ts", import.meta.url)),
  ];
  const speeds: { ours: number[]; betterAuth: number[] } = { ours: [], betterAuth: [] };
  for (let round = 0; round < rounds; round++) {
    speeds.ours.push(await ask(ours.server, requests));
    speeds.betterAuth.push(await ask(peer.server, requests / 10));
  }
  await Promise.all([ours.stop(), peer.stop()]);
  const manifest = new URL("../../node_modules/better-auth/package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string }; // npm's own file
  return { ours: median(speeds.ours), betterAuth: median(speeds.betterAuth), version };
}

async function start(program: URL) {
  const child = spawn(process.execPath, [program.pathname], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const server = JSON.parse(String(line)) as Server; // written by the file beside this one
  await ask(server, requests / 20);
  return {
    server,
    async stop() {
      child.stdin.end();
      await once(child, "exit");
    },
  };
}

async function ask({ url, headers, body, field }: Server, count: number): Promise<number> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections });
  let left = count;
  const lane = async () => {
    while (left-- > 0) {
      const answer = await pool.request({ path: pathname, method: "POST", headers, body });
      const text = await answer.body.text();
      if (answer.statusCode !== 200 || !text.includes(field))
        throw new Error(`${url} answered ${answer.statusCode}: ${text.slice(0, 200)}`);
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: connections }, lane));
  const seconds = (performance.now() - begun) / 1000;
  await pool.close();
  return count / seconds;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
