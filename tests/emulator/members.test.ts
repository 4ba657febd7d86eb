import { expect, onTestFinished, test } from "vitest";
import { createEmulator } from "../../src/emulator/emulator.ts";
import { accessToken } from "./served.ts";

/** A local Bitbucket, and what John Doe is told about his workspaces there. */
async function openPlace() {
  const emulator = await createEmulator({ autoApprove: "johndoe" });
  onTestFinished(() => emulator.close());
  const token = await accessToken(emulator, ["account"]);
  const places = async () => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${emulator.urls.api}/2.0/user/workspaces`, { headers });
    const { values } = (await answer.json()) as {
      readonly values: readonly { readonly administrator: boolean; readonly workspace: { slug: string } }[];
    };
    return values.map(({ administrator, workspace }) => [workspace.slug, administrator]);
  };
  return { emulator, places };
}

test("somebody is an administrator, a member or nobody in a workspace from the next request on", async () => {
  const { emulator, places } = await openPlace();
  const { control } = emulator;
  for (const [role, seen] of [
    ["member", [["acme", false]]],
    ["none", []],
    ["administrator", [["acme", true]]],
  ] as const) {
    control.setPlace({ workspace: "acme", person: "johndoe", role });
    expect(await places()).toEqual(seen);
  }
});

test("the same over HTTP; who or what is unknown is 404", async () => {
  const { emulator, places } = await openPlace();
  const put = (body: object) =>
    fetch(`${emulator.urls.control}/members`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const place = { workspace: "globex", person: "johndoe", role: "member" };
  expect(await (await put(place)).json()).toEqual(place);
  expect(await places()).toContainEqual(["globex", false]);
  expect((await put({ ...place, person: "nobody" })).status).toBe(404);
  expect((await put({ ...place, workspace: "nowhere" })).status).toBe(404);
  expect((await put({ ...place, role: "king" })).status).toBe(400);
});
