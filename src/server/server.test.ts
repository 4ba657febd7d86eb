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

test("the log keeps codes of ours and states, and cuts out OAuth's", () => {
  const lines: string[] = [];
  const log = openLog("debug", { write: (line: string) => void lines.push(line) });
  log.info("failed", { code: "vault.reconnect", state: "waiting" });
  log.info("leaking", { code: "rl9zZRUEdv-gr1oobx8EDZ5BnSnxJBCR", state: "gEJCCGAsncalOXenBgGBjjiO-smB8YV" });
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ code: "vault.reconnect", state: "waiting" });
  expect(JSON.parse(lines[1] ?? "")).toMatchObject({ code: "[secret]", state: "[secret]" });
});

test("the log tells where a defect lies, its causes too, and nothing an error carries beside", () => {
  const lines: string[] = [];
  const cause = Object.assign(new Error("inner"), { code: "ECONNRESET", request: { body: "hunter2" } });
  const error = new Error("outer", { cause });
  openLog("info", { write: (line: string) => void lines.push(line) }).error("broken", { error });
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    error: { stack: expect.stringContaining("server.test.ts"), cause: { code: "ECONNRESET" } },
  });
  expect(lines[0]).not.toContain("hunter2");
});
