/** The same app tested with Node's own test runner: `node --test`. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
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

before(async () => {
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
after(() => emulator.close());

/** What the person's browser does: it follows the address, and comes back to the app's. */
async function signedIn(): Promise<string> {
  const sent = await fetch(authorizeUrl(place, "a-state"), { redirect: "manual" });
  return completeSignIn(place, new URL(sent.headers.get("location") ?? ""), "a-state");
}

test("signs Ada in and reads what a commit changed", async () => {
  const token = await signedIn();
  assert.partialDeepStrictEqual(await read(place, token, "/user"), { display_name: "Ada Lovelace" });
  const diffstat = await read(place, token, "/repositories/acme/widgets/diffstat/feature");
  assert.partialDeepStrictEqual(diffstat, { values: [{ status: "modified" }, { status: "added" }] });
});

test("a callback of a sign-in that was begun elsewhere is refused", async () => {
  const sent = await fetch(authorizeUrl(place, "theirs"), { redirect: "manual" });
  const callback = new URL(sent.headers.get("location") ?? "");
  await assert.rejects(completeSignIn(place, callback, "ours"), /begun elsewhere/);
});
