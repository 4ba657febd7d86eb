/** Sentry's "Bitbucket Server set-up", by a person who fills in every form, and what the Server saw of it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildDemoRepository } from "../../src/emulator/demo/demo-repository.ts";
import { freePort } from "../free-port.ts";
import { type Running, startWindlass } from "../run-windlass.ts";
import { createLink, decide, logInAs, type SelfHostedLine } from "./self-hosted-walk.ts";
import { type Served, startServer } from "./server-process.ts";
import { newVisitor, type Seen } from "./visitor.ts";

interface Line {
  readonly bitbucket: string;
  readonly api: string;
  readonly control: string;
  readonly consumers: readonly { readonly key: string; readonly secret: string }[];
  readonly server: SelfHostedLine;
}

/** What `requests` tells of one request; see docs/emulator.md. */
interface Told {
  readonly origin: string;
  readonly path: string;
  readonly status: number;
  readonly client: string | null;
  readonly oauth1?: {
    readonly signatureMethod: string;
    readonly callback: boolean;
    readonly verifier: boolean;
  };
}

let folder: string;
let port: number;
let emulator: Running<Line>;
let windlass: Served;
let bitbucket: SelfHostedLine;
const person = newVisitor();
let project: Seen;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "windlass-set-up-"));
  port = await freePort();
  const repository = join(folder, "checkout-api");
  await buildDemoRepository(repository, new Date());
  const ports = ["--port", "0", "--api-port", "0", "--data-center-port", "0", "--server-port", "0"];
  const callback = ["--callback-url", at("/auth/bitbucket/callback")];
  emulator = await startWindlass<Line>(["emulate", "--json", ...ports, ...callback, "--repo", repository]);
  bitbucket = emulator.line.server;
  writeFileSync(join(folder, "link.pem"), bitbucket.consumers[0]?.privateKey ?? "");
  writeFileSync(
    join(folder, "windlass.yaml"),
    `baseUrl: ${at("")}
listen: { port: ${port} }
database: ${join(folder, "windlass.db")}
network: { allow: [127.0.0.0/8] }
instances:
  server:
    product: server
    baseUrl: ${bitbucket.url}
    consumerKey: ${bitbucket.consumers[0]?.key}
    privateKey: $file:link.pem
`,
  );
  windlass = await startServer(port, ["--config", join(folder, "windlass.yaml")], {});
});

afterAll(async () => {
  await windlass?.stop();
  await emulator?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const at = (path: string) => `http://localhost:${port}${path}`;

async function requests(): Promise<readonly Told[]> {
  const answer = await fetch(`${emulator.line.control}/requests`);
  return ((await answer.json()) as { requests: Told[] }).requests;
}

const decoded = (text: string) =>
  text
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

describe("signing in at a Bitbucket Server", () => {
  test("brings the number that stays and the e-mail address of its list, which is not called confirmed", async () => {
    const signIn = await person.open(at("/"));
    expect(signIn.html).toContain("Sign in with Bitbucket Server");
    const login = await person.open(at("/auth/server/login"));
    const asked = await logInAs(person, login, "John Doe");
    const home = await decide(person, asked, "approve");
    expect(home.url.href).toBe(at("/"));
    const { user } = JSON.parse((await person.open(at("/auth/session"))).html);
    expect(user).toMatchObject({ displayName: "John Doe", email: "user@example.com", emailVerified: false });
    const john = bitbucket.people.find(({ name }) => name === "johndoe");
    expect(john?.id).toBe(101);
    project = await person.submit(home, "/projects", [["name", "Shop"]]);
  });

  test("G1: the second time finds the same user", async () => {
    const again = newVisitor();
    const asked = await logInAs(again, await again.open(at("/auth/server/login")), "John Doe");
    await decide(again, asked, "approve");
    const idOf = async (who: typeof person) => JSON.parse((await who.open(at("/auth/session"))).html).user.id;
    expect(await idOf(again)).toBe(await idOf(person));
  });
});

describe("setting up another one", () => {
  let form: Seen;
  const typed = { baseUrl: "", consumerKey: "", keys: "made", privateKey: "", ca: "" };
  const send = (fields: Partial<typeof typed>) =>
    person.submit(form, form.url.pathname, Object.entries({ ...typed, ...fields }));
  /** What is said beside a field. */
  const problem = (page: Seen, name: string) => {
    const [, described = ""] =
      new RegExp(`name="${name}"[^>]*aria-describedby="([^"]*)"`).exec(page.html) ?? [];
    const texts = described
      .split(" ")
      .map((id) => new RegExp(`id="${id}"[^>]*>(.*?)</p>`, "s").exec(page.html)?.[1]);
    return decoded(texts.join(" ").replace(/<[^>]*>/g, ""));
  };

  test("begins in the wizard, with the steps in Bitbucket first", async () => {
    const wizard = await person.open(`${project.url.origin}${project.url.pathname}/connect`);
    form = await person.submit(wizard, `${project.url.pathname}/server-setup`);
    expect(form.url.pathname).toMatch(/\/server-setup\/srv_[^/]+$/);
    expect(form.html).toContain("First these steps in Bitbucket");
    expect(form.html).toContain("-----BEGIN PUBLIC KEY-----");
    expect(form.html).not.toContain("PRIVATE KEY-----\n");
    expect(form.html).toContain(at(`/auth/${form.url.pathname.split("/").at(-1)}/callback`));
  });

  test("an empty form is answered with an error for each field", async () => {
    const refused = await send({ keys: "own" });
    expect(refused.status).toBe(400);
    expect(problem(refused, "baseUrl")).toMatch(/Enter the address/);
    expect(problem(refused, "consumerKey")).toMatch(/Enter the consumer key/);
    expect(problem(refused, "privateKey")).toMatch(/Paste your private key/);
  });

  test("an address without http:// is told so, and everything typed is kept", async () => {
    const refused = await send({ baseUrl: "bitbucket.local", consumerKey: "a-<key>", ca: "no certificate" });
    expect(refused.status).toBe(400);
    expect(problem(refused, "baseUrl")).toContain(
      "Give the URL with http(s)://, such as https://bitbucket.local.",
    );
    expect(problem(refused, "ca")).toContain("no certificate in PEM");
    for (const value of ['value="bitbucket.local"', 'value="a-&lt;key&gt;"', "no certificate"])
      expect(refused.html).toContain(value);
  });

  test.each([
    ["http://bitbucket.example.com", /has to be https/],
    ["https://ada:secret@bitbucket.example.com", /Leave away user name and password/],
    ["https://bitbucket.example.com/?a=b", /Leave away what stands behind/],
    ["https://", /no address/],
  ])("an address that cannot be used is told beside its field: %s", async (baseUrl, sentence) => {
    const refused = await send({ baseUrl, consumerKey: "k" });
    expect(refused.status).toBe(400);
    expect(problem(refused, "baseUrl")).toMatch(sentence);
  });

  test.each([
    ["rubbish", /./],
    ["-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", /public/i],
    [
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----",
      /passphrase|encrypted/i,
    ],
    ["-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", /certificate/i],
  ])("a PEM that is no private key has its own sentence: %s", async (privateKey, sentence) => {
    const refused = await send({ baseUrl: bitbucket.url, consumerKey: "k", keys: "own", privateKey });
    expect(refused.status).toBe(400);
    expect(problem(refused, "privateKey")).toMatch(sentence);
    expect(decoded(refused.html)).not.toContain(privateKey);
  });

  test("with a link that is not there Bitbucket's own reason is shown, and the form keeps what was typed", async () => {
    const refused = await send({ baseUrl: `${bitbucket.url}/`, consumerKey: "nobody" });
    expect(refused.status).toBe(400);
    expect(refused.html).toContain("Set-up error");
    expect(refused.html).toContain("consumer_key_unknown");
    const again = await person.open(form.url);
    expect(again.html).toContain(`value="${bitbucket.url}"`);
    expect(again.html).toContain('value="nobody"');
    const wizard = await person.open(`${project.url.origin}${project.url.pathname}/connect`);
    expect(wizard.html.split("Edit the set-up")).toHaveLength(2);
    expect(wizard.html).toContain(`href="${form.url.pathname}"`);
  });

  /** What our page says is to be typed under that name. */
  const value = (name: string) =>
    new RegExp(`<dt>${name}</dt><dd><code>([^<]+)</code>`).exec(form.html)?.[1] ?? "";

  test("key, callback and public key of our page make the link in Bitbucket", async () => {
    form = await person.open(form.url);
    const publicKey = /aria-label="Public key"[^>]*>\s*([^<]+)</.exec(form.html)?.[1] ?? "";
    const links = await createLink(newVisitor(), bitbucket.url, [
      ["consumerKey", value("Consumer Key")],
      ["consumerName", value("Consumer Name")],
      ["publicKey", publicKey],
      ["callbackUrl", value("Consumer Callback URL")],
    ]);
    expect(links.url.pathname).toContain("listApplicationLinks");
    expect(links.html).toContain(value("Consumer Key"));
  });

  const goToBitbucket = async () => {
    const departure = await send({ baseUrl: bitbucket.url, consumerKey: value("Consumer Key") });
    const [consent] = departure.trail.filter(({ origin }) => origin === new URL(bitbucket.url).origin);
    expect(consent?.href).toContain(`${bitbucket.url}/plugins/servlet/oauth/authorize?oauth_token=`);
    return departure;
  };

  test("a person who denies is told that it was cancelled, and nothing is stored", async () => {
    const back = await decide(person, await goToBitbucket(), "deny");
    expect(back.url.origin).toBe(at(""));
    expect(back.status).toBe(403);
    expect(back.html).toMatch(/cancelled/i);
    expect((await person.open(project.url)).html).toContain("Nothing connected yet");
  });

  test("a person who allows it is connected, and a repository can be read", async () => {
    const repositories = await decide(person, await goToBitbucket(), "approve");
    expect(repositories.url.pathname).toMatch(/\/connections\/[^/]+\/repositories$/);
    expect(repositories.html).toContain("Bitbucket Server as <bdi>John Doe</bdi>");
    const save = (text: string) =>
      person.submit(repositories, repositories.url.pathname, [
        ["text", text],
        ["workspace", "ACME"],
        ["lookbackDays", "3650"],
        ["do", "run"],
      ]);
    const misspelt = await save("ACME/chekout-api");
    expect(misspelt.html).toContain("ACME/checkout-api");
    const run = await save("ACME/checkout-api");
    expect(run.url.pathname).toMatch(/\/analyses\/[^/]+$/);
    await expect
      .poll(async () => (await person.open(run.url)).html, { timeout: 15_000 })
      .toContain("Let promotion codes stack");
    expect((await person.open(run.url)).html).not.toContain("used this hour");
    expect((await person.open(project.url)).html).toContain("Connected");
  });

  test("its address cannot be changed under the connection", async () => {
    const refused = await send({ baseUrl: "https://elsewhere.example", consumerKey: value("Consumer Key") });
    expect(refused.status).toBe(400);
    expect(problem(refused, "baseUrl")).toContain("must not be sent to another address");
    expect(refused.html).toContain('value="https://elsewhere.example"');
  });

  test("requests shows both steps signed with RSA-SHA1, the second with a verifier, and no secret", async () => {
    const all = await requests();
    const steps = all.filter(
      ({ client, oauth1 }) => client === value("Consumer Key") && oauth1 !== undefined,
    );
    const of = (step: string) =>
      steps.filter(({ path, status }) => path.endsWith(`/oauth/${step}`) && status === 200);
    expect(of("request-token").at(-1)?.oauth1).toEqual({
      signatureMethod: "RSA-SHA1",
      callback: true,
      verifier: false,
    });
    expect(of("access-token")).toHaveLength(1);
    expect(of("access-token")[0]?.oauth1).toEqual({
      signatureMethod: "RSA-SHA1",
      callback: false,
      verifier: true,
    });
    expect(
      all.filter(({ origin, path }) => origin === "server" && path.includes("/repos/checkout-api")).length,
    ).toBeGreaterThan(2);
    expect(JSON.stringify(all)).not.toMatch(/oauth_(token|verifier|signature)=/);
    expect(windlass.printed()).not.toContain("PRIVATE KEY");
  });
});
