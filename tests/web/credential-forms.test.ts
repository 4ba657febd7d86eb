/** The forms of credentials as a browser sees them: what is missing, wrong at Bitbucket, or over. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Browser, configFor, openRig, type Rig } from "./rig.ts";
import { makeProject } from "./world.ts";

let rig: Rig;
let john: Browser;
let project: string;

beforeAll(async () => {
  rig = await openRig({ config: withSharedConsumer });
  john = await rig.signedIn("John Doe");
  project = (await makeProject(john, "Shop")).url.pathname;
});

afterAll(() => rig?.close());

/** The first consumer of the seed, which is public, offered to everybody. */
function withSharedConsumer(emulator: Rig["emulator"]) {
  const { bitbucket } = configFor(emulator).instances;
  if (bitbucket?.product !== "cloud") throw new Error("the configuration of a rig is one of Cloud");
  const [consumer] = emulator.consumers;
  const { key: clientId = "", secret: clientSecret = "" } = consumer ?? {};
  const { urls } = bitbucket;
  return configFor(emulator, {
    instances: { bitbucket: { clientId, clientSecret, urls, sharesConsumer: true } },
  });
}

const plain = (html: string) => html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");

async function send(kind: string, fields: [string, string][]) {
  const form = await john.open(`${project}/connect/bitbucket/${kind}`);
  return john.submit(form, form.url.pathname, fields);
}

test("a public consumer is answered as Bitbucket's matter, with the tick that mends it", async () => {
  const answer = await send("client-credentials", []);
  expect(answer.status).toBe(409);
  expect(plain(answer.text)).toContain("Tick “This is a private consumer” on the consumer");
});

test("a permission that a token lacks is named on the page of repositories and on the card", async () => {
  const scopes = ["read:user:bitbucket"];
  const { token, email } = rig.emulator.control.addApiToken({ person: "johndoe", scopes });
  const wizard = await send("api-token", [
    ["login", email ?? ""],
    ["secret", token],
  ]);
  expect(wizard.url.pathname).toMatch(/\/repositories$/);
  for (const text of [wizard.text, (await john.open(project)).text].map(plain)) {
    expect(text).toContain("missing: read:repository:bitbucket, read:workspace:bitbucket");
    expect(text).toContain("to read file contents, commits and branches");
    expect(text).toContain("Make a new API token with them");
  }
  expect(plain(wizard.text)).toContain("“read:workspace:bitbucket” was not granted");
});

test("a place an access token was not made for is marked, and what was typed stays", async () => {
  const { token } = rig.emulator.control.addAccessToken({ workspace: "acme", scopes: ["repository"] });
  const answer = await send("access-token", [
    ["place", "acmee"],
    ["secret", token],
  ]);
  expect(answer.status).toBe(400);
  expect(plain(answer.text)).toContain("Bitbucket shows no workspace “acmee” to this token.");
  expect(answer.text).toContain('value="acmee"');
});

test("S14, S15, S16: the app password's page shows how to make an API token, and what app passwords were", async () => {
  const page = plain((await john.open(`${project}/connect/bitbucket/app-password`)).text);
  const refused = plain(
    (
      await send("app-password", [
        ["login", "johndoe"],
        ["secret", "ATBBx"],
      ])
    ).text,
  );
  for (const text of [page, refused]) {
    for (const scope of ["read:repository:bitbucket", "read:user:bitbucket", "read:workspace:bitbucket"])
      expect(text).toContain(scope);
    expect(text).toContain("windlass-readonly");
    expect(text).toContain("an end within a year: you are warned 14 days before");
    expect(text).toContain("it is shown once");
  }
  expect(page).toMatch(/with a label, Repositories: Read and Account: Read . Bitbucket shows it once/);
  expect(page).toContain("goes with the Bitbucket user name, not with the e-mail address");
});
