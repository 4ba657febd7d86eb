import { globSync, readFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { openListener } from "../../src/server/listener.ts";
import { createWeb } from "../../src/web/web.ts";
import { authorize, firstConsumer } from "../emulator/client.ts";
import { openPlace } from "../flows/credentials-place.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { runProgram, smallCheckout } from "./plain-git.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let emulator: Emulator;
let house: Awaited<ReturnType<typeof openServer>>;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await temporaryFolder();
  await smallCheckout(join(folder.path, "small"));
  emulator = await createEmulator({
    autoApprove: "johndoe",
    repositories: [{ path: join(folder.path, "small"), slug: "small" }],
  });
  house = await openServer();
  environment = {
    PATH: process.env.PATH,
    HOME: "/nonexistent",
    GIT_TERMINAL_PROMPT: "0",
    ...(await named()),
    ...house.named,
  };
});
afterAll(async () => {
  await house.close();
  await emulator.close();
  await folder.remove();
});

/** A Windlass with a connection, and a key that is handed its tokens. */
async function openServer() {
  const place = await openPlace();
  const { id } = await place.connect("bitbucket");
  const wanted = { projectId: place.project.id, name: "curl", rights: ["token"], actor: "operator" };
  const { secret } = await place.app.apiKeys.make(wanted);
  const listener = await openListener({ host: "127.0.0.1", port: 0 });
  listener.serve(createWeb(place.app).fetch);
  return {
    named: {
      WINDLASS: `http://127.0.0.1:${listener.port}`,
      CONNECTION: id,
      WINDLASS_API_KEY: secret.reveal(),
    },
    async close() {
      await listener.close();
      await place.close();
    },
  };
}

/** What the documents call by these names. */
async function named(): Promise<Record<string, string>> {
  const { urls, people, accessTokens, dataCenter, server } = emulator;
  const { key, secret } = firstConsumer(emulator);
  const authorized = await authorize(emulator, { client_id: key });
  return {
    WEB: urls.bitbucket,
    API: urls.api,
    DC: dataCenter?.url ?? "",
    SERVER: server?.url ?? "",
    REPO: "small",
    KEY: key,
    SECRET: secret,
    CODE: new URL(authorized.headers.get("location") ?? "").searchParams.get("code") ?? "",
    API_TOKEN: people.find(({ username }) => username === "johndoe")?.apiTokens[0]?.token ?? "",
    ACCESS_TOKEN: accessTokens.find(({ kind }) => kind === "workspace")?.token ?? "",
    PASSWORD: dataCenter?.people.find(({ name }) => name === "johndoe")?.password ?? "",
    HTTP_TOKEN: dataCenter?.tokens[0]?.token ?? "",
  };
}

interface Line {
  readonly file: string;
  readonly command: string;
  /** As a comment behind the line says; 200 without one. */
  readonly status: string;
}

/** The lines of fenced blocks that begin so, those broken with a backslash put together again. */
function linesOf(beginning: RegExp): readonly Line[] {
  return globSync(["docs/*.md", "docs/guides/*.md"]).flatMap((file) => {
    const blocks = [...readFileSync(file, "utf8").matchAll(/^ *```\w*\n(.*?)^ *```$/gms)].map(
      ([, text = ""]) => text,
    );
    const lines = blocks
      .flatMap((text) => text.replaceAll(/\\\n\s*/g, "").split("\n"))
      .map((line) => line.trim());
    return lines
      .filter((line) => beginning.test(line))
      .map((line) => {
        const [, command = line, status = "200"] = /^(.*?)\s+# (\d{3})\b.*$/.exec(line) ?? [];
        return { file, command, status };
      });
  });
}

const run = (command: string) => runProgram("sh", ["-euc", command], environment);

test("curl is installed: without it the documents' lines are unproven", async () => {
  const { code } = await runProgram("curl", ["--version"]);
  expect(code, "curl is not installed; install it to prove the lines of docs/").toBe(0);
});

test("every curl line of the documents answers the status it says, or 200", async () => {
  const lines = linesOf(/^curl /);
  expect(lines.length).toBeGreaterThan(10);
  for (const { file, command, status } of lines) {
    const { output, said } = await run(
      `${command} --silent --show-error --output /dev/null --write-out '%{http_code}'`,
    );
    expect([output, said], `${file}: ${command}`).toEqual([status, ""]);
  }
});

test("every line of the documents that clones leaves a checkout", async () => {
  const lines = linesOf(/^git .*\bclone /);
  expect(lines.length).toBeGreaterThan(3);
  const target = await mkdtemp(join(folder.path, "clones-"));
  for (const { file, command } of lines) {
    const name = command.split(" ").at(-1);
    const { output, said } = await run(`cd ${target} && ${command} --quiet && cat ${name}/a.txt`);
    expect([output, said], `${file}: ${command}`).toEqual(["one\ntwo\n", ""]);
  }
});
