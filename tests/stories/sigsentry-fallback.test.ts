/** SigSentry's fallback: a person connects by app password, as its guide says, today and under the rules of 2025. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildDemoRepository } from "../../src/emulator/demo/demo-repository.ts";
import { freePort } from "../free-port.ts";
import { type Running, startWindlass } from "../run-windlass.ts";
import { type Served, startServer } from "./server-process.ts";
import { type Fields, newVisitor, type Seen } from "./visitor.ts";

interface Line {
  readonly bitbucket: string;
  readonly api: string;
  readonly control: string;
  readonly consumers: readonly { readonly key: string; readonly secret: string }[];
  readonly people: readonly {
    readonly username: string | null;
    readonly appPasswords: readonly string[];
    readonly apiTokens: readonly {
      readonly id: string;
      readonly token: string;
      readonly expiresAt: string;
    }[];
  }[];
}

let folder: string;
const running: { stop(): Promise<unknown> }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "windlass-fallback-"));
  await buildDemoRepository(join(folder, "checkout-api"), new Date());
});

afterAll(async () => {
  for (const each of running.reverse()) await each.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A local Bitbucket, a server beside it, and John signed in with a project. */
async function open(name: string, ...rules: readonly string[]) {
  const port = await freePort();
  const at = (path: string) => `http://localhost:${port}${path}`;
  const emulate = [
    "emulate",
    "--json",
    "--cloud-only",
    "--port",
    "0",
    "--api-port",
    "0",
    "--auto-approve",
    "johndoe",
  ];
  const more = [
    "--callback-url",
    at("/auth/bitbucket/callback"),
    "--repo",
    join(folder, "checkout-api"),
    ...rules,
  ];
  const emulator: Running<Line> = await startWindlass([...emulate, ...more]);
  running.push(emulator);
  const { bitbucket, api, consumers } = emulator.line;
  writeFileSync(
    join(folder, `${name}.yaml`),
    `baseUrl: ${at("")}
listen: { port: ${port} }
database: ${join(folder, `${name}.db`)}
instances:
  bitbucket:
    clientId: ${consumers[0]?.key}
    clientSecret: ${consumers[0]?.secret}
    urls: { authorize: "${bitbucket}/site/oauth2/authorize", token: "${bitbucket}/site/oauth2/access_token", api: "${api}/2.0", web: "${bitbucket}" }
`,
  );
  const server: Served = await startServer(port, ["--config", join(folder, `${name}.yaml`)], {});
  running.push(server);
  const person = newVisitor();
  await person.open(at("/auth/bitbucket/login"));
  const project = await person.submit(await person.open(at("/")), "/projects", [["name", "Shop"]]);
  const [john] = emulator.line.people;
  return {
    ...{ emulator: emulator.line, server, person, project, john },
    /** The form of a kind of credential. */
    form: (kind: string) => person.open(`${project.url.href.split("?")[0]}/connect/bitbucket/${kind}`),
    send: (page: Seen, fields: Fields) => person.submit(page, page.url.pathname, fields),
    control: (method: string, path: string, body?: object) =>
      fetch(`${emulator.line.control}/${path}`, {
        method,
        body: body === undefined ? null : JSON.stringify(body),
      }),
  };
}

const plain = (html: string) => html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");

describe("today", () => {
  let place: Awaited<ReturnType<typeof open>>;
  let connection: string;
  beforeAll(async () => {
    place = await open("today");
  });

  test("S1, S2: OAuth comes first, recommended; the API token is the simple way, the app password last and retired", async () => {
    const { html } = await place.person.open(`${place.project.url.href.split("?")[0]}/connect`);
    const order = [
      "Connect Bitbucket via OAuth",
      "Recommended",
      "one-off tests",
      "API token",
      "App password",
      "retired on 28 July 2026",
    ];
    const found = order.map((words) => html.indexOf(words));
    expect(found).not.toContain(-1);
    const [oauth, recommended] = found;
    const [token, password] = [html.indexOf("<h4>API token"), html.indexOf("<h4>App password")];
    expect(Math.max(oauth ?? 0, recommended ?? 0)).toBeLessThan(token);
    expect(token).toBeLessThan(password);
  });

  test("S14, S15: the app password's form says what became of them, and what to make instead", async () => {
    const text = plain((await place.form("app-password")).html);
    expect(text).toContain("Bitbucket Cloud retired app passwords on 28 July 2026");
    expect(text).toContain("make an API token instead");
    expect(text).toContain(
      "Personal Bitbucket settings → App passwords, with a label, Repositories: Read and Account: Read",
    );
    expect(text).toContain("shows it once");
    expect(text).toContain("How to make an API token instead");
    expect(text).toContain("read:repository:bitbucket");
  });

  test("an app password is answered with the retired sentence and the API token's form", async () => {
    const secret = "ATBBwhatever1234";
    const answer = await place.send(await place.form("app-password"), [
      ["login", "johndoe"],
      ["secret", secret],
    ]);
    expect(answer.status).toBe(403);
    const text = plain(answer.html);
    expect(text).toContain("retired on 28 July 2026");
    expect(answer.html).toContain(`action="${answer.url.pathname.replace("app-password", "api-token")}"`);
    expect(text).toContain("windlass-readonly");
    for (const scope of ["read:repository:bitbucket", "read:user:bitbucket", "read:workspace:bitbucket"])
      expect(text).toContain(scope);
    expect(text).toMatch(/Account settings.*Security.*Create and manage API tokens/);
    expect(text).toContain("it is shown once");
    expect(text).toContain("an end within a year");
    expect(text).toContain("warned 14 days before");
    expect(answer.html).not.toContain(secret);
    expect((await place.person.open(place.project.url)).html).toContain("Nothing connected yet");
  });

  test("S16: an e-mail address in the user-name field has its hint, and for an API token the reverse", async () => {
    const password = await place.send(await place.form("app-password"), [
      ["login", "user@example.com"],
      ["secret", "ATBBx"],
    ]);
    expect(password.status).toBe(400);
    expect(plain(password.html)).toContain(
      "This is an e-mail address; an app password goes with the Bitbucket user name",
    );
    expect(password.html).toContain('value="user@example.com"');
    const token = await place.send(await place.form("api-token"), [
      ["login", "johndoe"],
      ["secret", "ATATTx"],
    ]);
    expect(token.status).toBe(400);
    expect(plain(token.html)).toContain("This is a user name; an API token goes with the e-mail address");
  });

  test("the API token that was made in its place connects, with its end and its git user name", async () => {
    const [token] = place.john?.apiTokens ?? [];
    const repositories = await place.send(await place.form("api-token"), [
      ["login", "user@example.com"],
      ["secret", token?.token ?? ""],
      ["endsOn", token?.expiresAt.slice(0, 10) ?? ""],
    ]);
    expect(repositories.url.pathname).toMatch(/\/repositories$/);
    connection = repositories.url.pathname.replace(/\/repositories$/, "");
    const saved = await place.send(repositories, [
      ["text", "acme/checkout-api"],
      ["lookbackDays", "30"],
      ["do", "save"],
    ]);
    const text = plain(saved.html);
    expect(text).toContain("API token, until");
    expect(text).toContain("x-bitbucket-api-token-auth");
    expect(text).not.toContain("ends on");
    expect(saved.html).not.toContain(token?.token);
  });

  test("S15: no page shows the token again", async () => {
    const [token] = place.john?.apiTokens ?? [];
    const id = connection.split("/").at(-1);
    const form = await place.person.open(
      `${place.project.url.href.split("?")[0]}/connect/bitbucket/api-token?connection=${id}`,
    );
    const pages = [
      form,
      await place.person.open(new URL(`${connection}/repositories`, form.url)),
      await place.person.open(place.project.url),
    ];
    for (const { html } of pages) expect(html).not.toContain(token?.token);
    expect(place.server.printed()).not.toContain(token?.token);
  });

  test("S18, S19, S20: revoked at Bitbucket, the next run says so and leads to the same form, and a new token mends it", async () => {
    const [token] = place.john?.apiTokens ?? [];
    await place.control("DELETE", `api-tokens/${token?.id}`);
    const page = await place.person.open(place.project.url);
    const run = await place.person.submit(page, `${connection}/analyses`, [["lookbackDays", "30"]]);
    await expect
      .poll(async () => (await place.person.open(run.url)).html, { timeout: 10_000 })
      .toContain("no longer accepts");
    const card = await place.person.open(place.project.url);
    expect(plain(card.html)).toContain("Bitbucket no longer accepts this connection");
    const again =
      /href="([^"]*\/connect\/bitbucket\/api-token\?connection=[^"]+)"/.exec(card.html)?.[1] ?? "";
    expect((await place.person.open(run.url)).html).toContain(again);
    const disconnect = plain((await place.person.open(new URL(`${connection}/disconnect`, card.url))).html);
    expect(disconnect).toContain("Security → API tokens");
    const scopes = ["read:repository:bitbucket", "read:user:bitbucket", "read:workspace:bitbucket"];
    const made = await place.control("POST", "api-tokens", { person: "johndoe", scopes });
    const { token: fresh, email } = (await made.json()) as { token: string; email: string }; // as docs/emulator.md says
    const mended = await place.send(await place.person.open(new URL(again, card.url)), [
      ["connection", connection.split("/").at(-1) ?? ""],
      ["login", email],
      ["secret", fresh],
    ]);
    expect(mended.url.pathname).toBe(`${connection}/repositories`);
    expect(plain((await place.person.open(place.project.url)).html)).not.toContain("no longer accepts");
  });
});

test("S1, S17: under the rules of 2025 the app password connects and reads, without an end", async () => {
  const place = await open("in-2025", "--rules", "2025");
  const form = await place.form("app-password");
  expect(form.html).not.toContain('name="endsOn"');
  const repositories = await place.send(form, [
    ["login", "johndoe"],
    ["secret", place.john?.appPasswords[0] ?? ""],
  ]);
  expect(repositories.url.pathname).toMatch(/\/repositories$/);
  expect(plain(repositories.html)).toContain("acme/checkout-api");
  const run = await place.send(repositories, [
    ["text", "acme/checkout-api"],
    ["lookbackDays", "3650"],
    ["do", "run"],
  ]);
  await expect
    .poll(async () => (await place.person.open(run.url)).html, { timeout: 15_000 })
    .toContain("Let promotion codes stack");
  const card = plain((await place.person.open(place.project.url)).html);
  expect(card).toMatch(/Credential App password\s/);
  expect(card).not.toContain("until");
  expect(card).toMatch(/git user name johndoe/);
});
