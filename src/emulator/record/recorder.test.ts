import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { JournalEntry } from "../core/journal.ts";
import { createRecorder } from "./recorder.ts";

const entry: JournalEntry = {
  ...{ at: "2026-01-01T00:00:00.000Z", origin: "web", method: "POST", path: "/", query: "", status: 200 },
  ...{ milliseconds: 1, fault: null, client: null, grant: null, person: null },
};

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), "windlass-recorder-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "some.har");
}

test("a request that cannot be recorded warns the process, and the recording goes on", async () => {
  const path = place();
  const heard: string[] = [];
  const listen = (warning: Error) => heard.push(warning.message);
  process.on("warning", listen);
  onTestFinished(() => void process.off("warning", listen));
  let isBroken = false;
  const world = new Proxy(
    {},
    {
      ownKeys() {
        if (isBroken) throw new Error("no world");
        return [];
      },
    },
  );
  const recorder = createRecorder(path);
  recorder.watch([world]);
  for (const broken of [true, false]) {
    isBroken = broken;
    recorder.begin(new Request("http://x/", { method: "POST" })).end(entry, new Response("hello"));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await recorder.close();
  expect(heard).toEqual([expect.stringContaining("A request is missing in the recording")]);
  expect(JSON.parse(readFileSync(path, "utf8")).log.entries).toHaveLength(1);
});
