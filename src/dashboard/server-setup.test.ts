import { expect, test } from "vitest";
import { type ServerSetupView, serverSetupPage, setupErrorPage } from "./server-setup.ts";

const signedIn = { viewer: { displayName: "John Doe", email: null }, csrf: "token" };
const project = { id: "prj_1", name: "Checkout" };

const view: ServerSetupView = {
  ...signedIn,
  project,
  linkId: "lnk_1",
  link: [
    { name: "Consumer key", value: "windlass-abc" },
    { name: "Consumer callback URL", value: "https://app.example.com/auth/lnk_1/callback" },
  ],
  publicKey: "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n",
  typed: { baseUrl: "", ca: "", consumerKey: "", keys: "made", privateKey: "" },
  isNew: true,
  problems: {},
};

const page = (change: Partial<ServerSetupView> = {}) => String(serverSetupPage({ ...view, ...change }));

test("Se9, Se10: the page asks for URL, certificates, consumer key and private key, and shows what the link wants", () => {
  expect(page()).toContain("Bitbucket Server set-up");
  for (const name of ["baseUrl", "ca", "consumerKey", "privateKey"])
    expect(page()).toContain(`name="${name}"`);
  for (const value of ["windlass-abc", "https://app.example.com/auth/lnk_1/callback", "BEGIN PUBLIC KEY"])
    expect(page()).toContain(value);
});

test("Se11: it says that the steps in Bitbucket come first, and links the guide to them", () => {
  expect(page()).toContain("First these steps in Bitbucket");
  expect(page()).toContain('href="/guides/server-oauth1-link"');
  expect(page().indexOf("First these steps")).toBeLessThan(page().indexOf('name="baseUrl"'));
});

test("Se13, Se14: the form carries the page's token, and is sent for this one link", () => {
  expect(page()).toContain('value="token"');
  expect(page()).toMatch(/<form[^>]*method="post"[^>]*action="[^"]*lnk_1"/);
});

test("Se15: each mistake stands beside its field, and what was typed is kept", () => {
  const text = page({
    typed: { ...view.typed, baseUrl: "bitbucket.local", consumerKey: "windlass-abc" },
    problems: { baseUrl: "Give the URL with http(s)://.", privateKey: "This is a public key." },
  });
  expect(text).toContain('value="bitbucket.local"');
  for (const words of ["Give the URL with http(s)://.", "This is a public key."])
    expect(text).toContain(words);
  expect(text).toMatch(/aria-invalid="true"/);
});

test("what Bitbucket says against it is told in its own words, and leads back to the form", () => {
  const failure = {
    code: "bitbucket.oauth1_consumer_key_unknown",
    reaction: "configuration" as const,
    message: "Bitbucket knows no such link.",
    cure: "Compare the key.",
  };
  const text = String(
    setupErrorPage({
      ...{ ...signedIn, project, linkId: "lnk_1", failure },
      address: "https://bitbucket.example.com",
      reason: "oauth_problem=<b>",
    }),
  );
  expect(text).toContain("Set-up error");
  expect(text).toContain("Windlass asked <code>https://bitbucket.example.com</code>");
  expect(text.match(/Back to the form/g)).toHaveLength(1);
  expect(text).toContain("oauth_problem=&lt;b&gt;");
  expect(text).toMatch(/href="[^"]*lnk_1"/);
});

test("of a Server that cannot be reached it names the address, and what to check: address, network, certificates", () => {
  const failure = {
    code: "http.unreachable",
    reaction: "unreachable" as const,
    message: "The server could not be reached.",
    cure: "Check the address and the network, then try again.",
  };
  const address = "https://bitbucket.example.com:7990";
  const text = String(
    setupErrorPage({ ...signedIn, project, linkId: "lnk_1", failure, address, reason: null }),
  );
  for (const words of [address, "context path", "firewall", "certificate authority"])
    expect(text).toContain(words);
  expect(text).not.toContain("What Bitbucket said");
});
