/** An app tested with vitest against the local Bitbucket: one emulator for the file, as planted before every test. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  admin,
  branch,
  commit,
  consumer,
  createEmulator,
  type Emulator,
  person,
  repository,
  workspace,
} from "../../src/emulator/index.ts"; // in a project of your own: from "windlass/emulator"
import { authorizeUrl, completeSignIn, type Place, read } from "../app-under-test.ts";

const ada = person("ada", { displayName: "Ada Lovelace", emails: ["ada@example.com"] });
const acme = workspace("acme", { members: [admin(ada)] });
const widgets = repository("acme/widgets", [
  commit({ "a.txt": "one\n" }, { author: ada, message: "First", at: "2026-01-02" }),
  branch("feature", [commit({ "a.txt": "two\n", "b.txt": "b\n" }, { author: ada, message: "Second" })]),
]);

let emulator: Emulator;
let place: Place;

beforeAll(async () => {
  emulator = await createEmulator({
    seed: {
      people: [ada],
      workspaces: [acme],
      consumers: [consumer("My app", { workspace: acme, callbackUrl: "http://localhost:3000/callback" })],
    },
    repositories: [widgets],
    autoApprove: "ada", // consents at once, without a browser
  });
  const [app] = emulator.consumers;
  place = {
    web: emulator.urls.bitbucket,
    api: `${emulator.urls.api}/2.0`,
    clientId: app?.key ?? "",
    clientSecret: app?.secret ?? "",
  };
});
beforeEach(() => emulator.reset());
afterAll(() => emulator.close());

/** What the person's browser does: it follows the address, and comes back to the app's. */
async function signedIn(): Promise<string> {
  const sent = await fetch(authorizeUrl(place, "a-state"), { redirect: "manual" });
  return completeSignIn(place, new URL(sent.headers.get("location") ?? ""), "a-state");
}

test("signs Ada in and reads who she is", async () => {
  expect(await read(place, await signedIn(), "/user")).toMatchObject({ display_name: "Ada Lovelace" });
});

test("reads what a commit changed", async () => {
  const diffstat = await read(place, await signedIn(), "/repositories/acme/widgets/diffstat/feature");
  expect(diffstat).toMatchObject({ values: [{ status: "modified" }, { status: "added" }] });
});

test("asks again when Bitbucket stumbles, and gives up when it does not recover", async () => {
  const token = await signedIn();
  emulator.control.addFault({ path: "/2.0/user", kind: "html", status: 503 });
  expect(await read(place, token, "/user")).toMatchObject({ username: "ada" });
  emulator.control.addFault({ path: "/2.0/user", kind: "html", status: 503, count: 0 });
  await expect(read(place, token, "/user")).rejects.toThrow("503");
});

test("a token ends after two hours", async () => {
  const token = await signedIn();
  emulator.control.advance(2 * 60 * 60 + 1);
  await expect(read(place, token, "/user")).rejects.toThrow("401");
});
