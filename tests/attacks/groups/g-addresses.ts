/** Owns the part of group G that is about where the server may be led: addresses, resolvers, redirects, TLS, proxies. */
import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { parseConfig } from "../../../src/app/config.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { isWindlassError } from "../../../src/base/errors.ts";
import { openNodeDoor } from "../../../src/base/http/node-door.ts";
import type { Resolve } from "../../../src/base/http/reach.ts";
import { Secret } from "../../../src/base/secret.ts";
import { bearer } from "../../../src/bitbucket/api/authorize.ts";
import { createApi } from "../../../src/bitbucket/api/client.ts";
import { revokeToken } from "../../../src/bitbucket/oauth2/revoke.ts";
import { dataCenterInstance } from "../../../src/bitbucket/self-hosted.ts";
import type { CatalogueEntry } from "../case.ts";
import { claimNobody } from "../claims.ts";
import { certificateOf, endOf, listenAsProxy, listenHttp, listenHttps } from "../listeners.ts";
import { openServerForm } from "../server-form.ts";

const special = [
  "https://169.254.169.254",
  "https://[fd00:ec2::254]",
  "https://127.0.0.1",
  "https://0.0.0.0",
  "https://[::]",
  "https://[::1]",
  "https://[::ffff:127.0.0.1]",
  "https://[::ffff:10.0.0.1]",
  "https://[64:ff9b::a9fe:a9fe]",
  "https://[2002:7f00:1::]",
  "https://0x7f000001",
  "https://2130706433",
  "https://0177.1",
  "https://127.1",
  "https://localhost",
  "https://localhost.",
  "https://a.localhost",
  "http://localhost:1",
  "http://127.0.0.1:1",
  "https://10.0.0.1",
  "https://172.16.0.1",
  "https://192.168.0.1",
  "https://100.64.0.1",
  "https://169.254.0.1",
  "https://[fe80::1]",
  "https://[fd12::1]",
  "https://224.0.0.1",
  "https://[ff02::1]",
  "https://240.0.0.1",
  "https://192.0.2.1",
  "https://metadata.google.internal",
];

/** 127.0.0.2 stands for an address of the internet, which no test dials; 127.0.0.1 for one nobody may reach. */
const outside = ["127.0.0.2"];
const at = (...addresses: string[]) => addresses.map((address) => ({ address, family: 4 }));

export const addresses: readonly CatalogueEntry[] = [
  {
    id: "G1",
    title:
      "No address of a special range is called because a person typed it in, in whatever spelling; what the operator allows is.",
    inside: true,
    patience: 30_000,
    async run(place) {
      const form = await openServerForm(place);
      for (const baseUrl of special) {
        const seen = await form.submit(baseUrl);
        assert.equal(seen.status, 400, `${baseUrl}: ${seen.status}`);
        assert.match(seen.text, /leads into a network that is not called|server.s own machine/, baseUrl);
      }
      // The operator's own address is the operator's word, not that of who types the same.
      for (const upstream of Object.values(place.upstreams)) {
        const before = upstream.asked.length;
        const seen = await form.submit(upstream.origin);
        assert.equal(seen.status, 400, `${upstream.origin}: ${seen.status}`);
        assert.equal(upstream.asked.length, before, "a typed address reached what is configured");
      }
      const open = await place.fresh({ config: () => ({ network: { allow: ["127.0.0.0/8"] } }) });
      const { server } = open.upstreams;
      server.answer("request-token", () => ({ status: 401, body: "no" }));
      await (await openServerForm(open)).submit(server.origin);
      assert.equal(server.count("request-token"), 1, "an allowed range was not called");
    },
  },
  {
    id: "G2",
    title:
      "The address that was judged is the one that is dialled, for the first connection and each later one; one bad address among good ones is enough.",
    inside: true,
    async run() {
      let answers: string[][] = [];
      let questions = 0;
      const resolve: Resolve = async () => {
        questions += 1;
        return at(...(answers.shift() ?? ["127.0.0.1"]));
      };
      const answer: RequestListener = (_, response) =>
        void response.writeHead(200, { connection: "close" }).end("ok");
      await using good = await listenHttps(answer, { certificate: "elsewhere", host: "127.0.0.2" });
      await using bad = await listenHttps(answer, { certificate: "elsewhere", port: good.port });
      const door = openNodeDoor({ network: { allow: outside, resolve } });
      const ask = (isConfigured = false) =>
        endOf(
          door.fetch(`https://elsewhere.example:${good.port}/`, {
            ca: certificateOf("elsewhere"),
            isConfigured,
          }),
        );
      try {
        for (const isConfigured of [false, true]) {
          // The resolver's next word is the private one: asking it twice for one connection would dial that.
          answers = [["127.0.0.2"]];
          questions = 0;
          assert.equal(await ask(isConfigured), 200);
          assert.equal(questions, 1, "the name was resolved more than once");
          assert.equal(await ask(isConfigured), "http.address_refused", "rebound on the second connection");
          for (const mixed of [
            ["127.0.0.2", "127.0.0.1"],
            ["127.0.0.1", "127.0.0.2"],
            ["127.0.0.2", "::1"],
          ]) {
            answers = [mixed];
            assert.equal(await ask(isConfigured), "http.address_refused", mixed.join());
          }
        }
        assert.equal(bad.connections(), 0, "the private address was dialled");
      } finally {
        await door.close();
      }
    },
  },
  {
    id: "G3",
    title: "A redirect from token, profile, revocation or page is never followed with a credential.",
    inside: true,
    async run(place) {
      const { upstream, upstreams } = place;
      const visitor = place.visitor();
      for (const status of [301, 302, 303, 307, 308]) {
        for (const endpoint of ["token", "user", "emails"] as const) {
          upstream.answer(endpoint, () => ({
            status,
            headers: { location: `${upstreams.other.origin}/2.0/user` },
          }));
          const before = upstream.count(endpoint);
          const seen = await visitor.ask(await visitor.approve(await visitor.begin()));
          assert.ok(seen.status >= 400, `${endpoint} ${status}: ${seen.status}`);
          assert.equal(upstream.count(endpoint), before + 1, `${endpoint} was asked again`);
          await claimNobody(visitor, `${endpoint} ${status}`);
          upstream.answer(endpoint, null);
        }
      }
      assert.equal(upstreams.other.asked.length, 0, "a redirect was followed");
      await refuseElsewhere(upstreams.dc.origin, upstreams.other.origin);
      assert.equal(upstreams.other.asked.length, 0, "a redirect was followed");
    },
  },
  {
    id: "G4",
    title:
      "A base URL that is not one plain https address is refused in the form and in the configuration; spellings of one are one.",
    inside: true,
    async run(place) {
      const form = await openServerForm(place);
      const wrong = [
        "https://user:pass@bitbucket.example",
        "https://bitbucket.example/?x=1",
        "https://bitbucket.example/#x",
        "file:///etc/passwd",
        "gopher://bitbucket.example",
        "unix:/var/run/docker.sock",
        "javascript:alert(1)",
        "http://bitbucket.example",
        "http://127.0.0.1.example",
        "https://",
        "bitbucket.example",
        "https://bitbucket.example:99999",
      ];
      for (const baseUrl of wrong) {
        assert.equal((await form.submit(baseUrl)).status, 400, `the form took ${baseUrl}`);
        for (const instance of [
          { product: "data-center", baseUrl },
          { clientId: "a", clientSecret: "b", urls: { token: baseUrl } },
          { clientId: "a", clientSecret: "b", urls: { api: baseUrl } },
        ])
          assert.throws(
            () => parseConfig({ instances: { one: instance } }),
            (error) => isWindlassError(error, "app.config_invalid"),
            `the configuration took ${baseUrl}`,
          );
      }
      for (const baseUrl of ["https://b.example:443/x/../bitbucket/", "https:\\\\b.example\\bitbucket"])
        assert.equal(dataCenterInstance({ baseUrl }).baseUrl, "https://b.example/bitbucket");
      assert.equal(
        dataCenterInstance({ baseUrl: "https://b.example:8443/" }).baseUrl,
        "https://b.example:8443",
      );
    },
  },
  {
    id: "G5",
    title:
      "A certificate that is expired, unknown or another's is refused before anything is sent, as is old TLS; a private authority counts for its own connection alone.",
    inside: true,
    async run() {
      let reached = 0;
      const answer: RequestListener = (_, response) => {
        reached += 1;
        response.end("ok");
      };
      await using own = await listenHttps(answer, { certificate: "this-machine" });
      await using expired = await listenHttps(answer, { certificate: "expired" });
      await using elsewhere = await listenHttps(answer, { certificate: "elsewhere" });
      await using old = await listenHttps(answer, { certificate: "this-machine", newest: "TLSv1.1" });
      const door = openNodeDoor({ network: { allow: ["127.0.0.0/8"] } });
      const ask = ({ port }: { port: number }, ca: string | null) =>
        endOf(door.fetch(`https://127.0.0.1:${port}/`, { ca, isConfigured: true }));
      const claimRefused = async (when: string) => {
        assert.equal(await ask(own, null), "http.unreachable", `${when}: self-signed`);
        assert.equal(
          await ask(own, certificateOf("elsewhere")),
          "http.unreachable",
          `${when}: another authority`,
        );
        assert.equal(await ask(expired, certificateOf("expired")), "http.unreachable", `${when}: expired`);
        assert.equal(
          await ask(elsewhere, certificateOf("elsewhere")),
          "http.unreachable",
          `${when}: another name`,
        );
        assert.equal(await ask(old, certificateOf("this-machine")), "http.unreachable", `${when}: TLS 1.1`);
      };
      try {
        await claimRefused("at first");
        assert.equal(reached, 0, "something was sent");
        assert.equal(await ask(own, certificateOf("this-machine")), 200);
        await claimRefused("after a connection that trusts it");
        process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
        await claimRefused("with verification switched off for the process");
        assert.equal(reached, 1, "something was sent");
      } finally {
        delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
        await door.close();
      }
    },
  },
  {
    id: "G6",
    title:
      "A proxy is asked for the operator's hosts by name and for any other by the judged address; nothing that is refused without a proxy is reached through one.",
    inside: true,
    async run() {
      await using behind = await listenHttps((_, response) => void response.end("ok"), {
        certificate: "elsewhere",
      });
      await using proxy = await listenAsProxy(() => ({ host: "127.0.0.1", port: behind.port }));
      await using refusing = await listenAsProxy(() => ({ host: "127.0.0.1", port: behind.port }), 403);
      const resolve: Resolve = async (name) => at(name.startsWith("elsewhere") ? "127.0.0.2" : "10.0.0.1");
      const through = ({ port }: { port: number }, except: string[] = []) => {
        const url = new Secret(`http://me:hunter2@127.0.0.1:${port}`);
        return openNodeDoor({ network: { allow: outside, resolve, proxy: { url, except } } });
      };
      const [door, excepting, refused] = [
        through(proxy),
        through(proxy, ["elsewhere.example"]),
        through(refusing),
      ];
      const ask = (from: typeof door, host: string, isConfigured: boolean) =>
        endOf(from.fetch(`https://${host}/`, { ca: certificateOf("elsewhere"), isConfigured }));
      try {
        const login = `Basic ${Buffer.from("me:hunter2").toString("base64")}`;
        assert.equal(await ask(door, "elsewhere.example", true), 200);
        assert.equal(await ask(door, "elsewhere.example", false), 200);
        assert.deepEqual(proxy.asked.splice(0), [
          { target: "elsewhere.example:443", login },
          { target: "127.0.0.2:443", login },
        ]);
        for (const isConfigured of [true, false])
          for (const host of [
            "10.0.0.1",
            "169.254.169.254",
            "[::1]",
            "localhost.",
            "metadata.google.internal",
          ])
            assert.equal(await ask(door, host, isConfigured), "http.address_refused", host);
        assert.equal(await ask(door, "inner.example", false), "http.address_refused");
        assert.equal(await ask(excepting, "elsewhere.example:1", true), "http.unreachable");
        assert.deepEqual(proxy.asked, [], "the proxy was asked for what is refused, or excepted");
        assert.equal(await ask(refused, "elsewhere.example", true), "http.proxy_refused");
        await using plain = await listenHttp((_, response) => void response.end("ok"), { host: "127.0.0.2" });
        assert.equal(
          await endOf(door.fetch(`http://127.0.0.2:${plain.port}/`)),
          200,
          "this machine goes direct",
        );
        assert.deepEqual(proxy.asked, []);
      } finally {
        await Promise.all([door.close(), excepting.close(), refused.close()]);
      }
    },
  },
];

/** Revocation and pages, which a sign-in does not come by. */
async function refuseElsewhere(origin: string, elsewhere: string): Promise<void> {
  await using moved = await listenHttp(
    (_, response) => void response.writeHead(307, { location: `${elsewhere}/x` }).end(),
  );
  const door = openNodeDoor({ network: { allow: ["127.0.0.0/8"] } });
  try {
    const baseUrl = `http://127.0.0.1:${moved.port}`;
    const instance = dataCenterInstance({ baseUrl, clientId: "a", clientSecret: "secret-of-ours" });
    const parts = { instance, fetch: door.fetch, clock: systemClock() };
    await assert.rejects(revokeToken(parts, new Secret("token-of-ours")), (error) => isWindlassError(error));
    const api = createApi({ ...parts, authorize: bearer(new Secret("token-of-ours")) });
    await assert.rejects(api.get("/projects"), (error) => isWindlassError(error));
    for (const next of [
      `${elsewhere}/x`,
      "http://169.254.169.254/",
      baseUrl.replace("//", "//user@"),
      `${origin}/x`,
    ])
      await assert.rejects(api.url(next), (error) => isWindlassError(error, "bitbucket.foreign_page"), next);
  } finally {
    await door.close();
  }
}
