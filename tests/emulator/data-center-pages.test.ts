/** The pages of a Data Center that links of its API lead to. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { bodyOf, callerAt, dataCenterOf } from "./data-center.ts";
import { personAtDataCenter } from "./dc-person.ts";
import { all, place, send, told, type Workshop, workshop } from "./dc-pull-requests.ts";

let shop: Workshop;
let john: ReturnType<typeof personAtDataCenter>;
const site = "/projects/ACME/repos/widgets";
beforeAll(async () => {
  shop = await workshop();
  await shop.open("feature", { description: "<b>Not</b> markup" });
  await send(shop.john, "POST", `${all}/1/comments`, { text: "Well said" });
  john = personAtDataCenter(dataCenterOf(shop.emulator).url);
  await john.logIn("John Doe");
});
afterAll(() => shop.emulator.close());
const page = async (path: string) => {
  const answer = await john.visit(path);
  return [answer.status, await answer.text()] as const;
};

test("D1: every link of the API is a page for who is logged in: browse, commits, pull-requests and overview", async () => {
  const { url } = dataCenterOf(shop.emulator);
  const repository = await bodyOf(shop.john(place));
  const pullRequest = await told(shop.john(`${all}/1`));
  for (const { links } of [repository, pullRequest]) {
    const [status, text] = await page((links.self[0]?.href ?? "").slice(url.length));
    expect([status, text]).toEqual([200, expect.stringContaining("not Bitbucket")]);
  }
  const tip = pullRequest.fromRef.latestCommit;
  for (const [path, words] of [
    [site, "a.txt"],
    [`${site}/browse`, "old.txt"],
    [`${site}/browse/new.txt?at=feature`, "newer"],
    [`${site}/commits`, "Meanwhile"],
    [`${site}/commits/${tip}`, "Newer"],
    [`${site}/pull-requests`, "Take feature"],
    [`${site}/pull-requests/1`, "Well said"],
    [`${site}/pull-requests/1/overview`, "&lt;b&gt;Not"],
  ] as const)
    expect(await page(path), path).toEqual([200, expect.stringContaining(words)]);
});

test("D4: what is not there is an HTML 404, and a stranger is sent to log in", async () => {
  for (const path of ["browse/none", "commits/main", "pull-requests/9"])
    expect((await page(`${site}/${path}`))[0], path).toBe(404);
  const stranger = callerAt(dataCenterOf(shop.emulator), null);
  const sent = await stranger(`${site}/browse`);
  expect([sent.status, sent.headers.get("location")]).toEqual([302, expect.stringContaining("/login?next=")]);
  const nora = callerAt(dataCenterOf(shop.emulator), "nora");
  expect((await nora(`${site}/browse`)).status).toBe(401);
});
