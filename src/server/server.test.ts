import { expect, test } from "vitest";
import { openListener } from "./listener.ts";
import { openLog } from "./log.ts";

test("a taken port is said to be taken, with its number", async () => {
  const first = await openListener({ host: "127.0.0.1", port: 0 });
  await expect(openListener({ host: "127.0.0.1", port: first.port })).rejects.toMatchObject({
    code: "server.port_taken",
    message: `Port ${first.port} is taken by another program.`,
  });
  await first.close();
});

test("closing lets a running request end and refuses new ones", async () => {
  const listener = await openListener({ host: "127.0.0.1", port: 0 });
  let finish = () => {};
  const reached = new Promise<void>((resolve) => {
    listener.serve(async () => {
      resolve();
      await new Promise<void>((end) => {
        finish = end;
      });
      return new Response("done");
    });
  });
  const url = `http://127.0.0.1:${listener.port}/`;
  const running = fetch(url, { headers: { connection: "close" } });
  await reached;
  const closed = listener.close();
  await expect(fetch(url)).rejects.toThrow();
  finish();
  expect(await (await running).text()).toBe("done");
  await closed;
});

test("the log cuts out what could be a secret, even if a caller hands it over", () => {
  const lines: string[] = [];
  openLog("info", { write: (line: string) => void lines.push(line) }).info("signed in", {
    user: "usr_1",
    accessToken: "hunter2",
    request: { cookie: "hunter2", path: "/" },
  });
  expect(lines.join("")).toContain('"user":"usr_1"');
  expect(lines.join("")).not.toContain("hunter2");
});
