/** Owns group C of the catalogue: attacks on the callback. Here: whose flow it is, which Bitbucket's, and how often. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cloudInstance } from "../../../src/bitbucket/cloud.ts";
import type { CatalogueEntry } from "../case.ts";
import { claimFlowAlive, claimNobody, claimNoCalls, claimRefused } from "../claims.ts";
import { cloudUrlsAt, type Place } from "../place.ts";
import type { Visitor } from "../visitor.ts";
import { callbackCookies } from "./c-cookies.ts";
import { callbackParameters } from "./c-parameters.ts";

/** A flow the attacker has begun and granted in a browser of their own. */
async function attackersCallback(place: Place): Promise<URL> {
  const attacker = place.visitor();
  return attacker.approve(await attacker.begin(), "attacker");
}

/** The victim, on the way: the flow is granted, the callback not visited yet. */
async function victimMidway(place: Place): Promise<{ visitor: Visitor; callback: URL }> {
  const visitor = place.visitor();
  return { visitor, callback: await visitor.approve(await visitor.begin()) };
}

/** This callback with another state; null leaves it out. */
function withState(callback: URL, state: string | null): URL {
  const url = new URL(callback);
  if (state === null) url.searchParams.delete("state");
  else url.searchParams.set("state", state);
  return url;
}

/** The same answer, delivered to another instance's callback. */
function deliveredTo(place: Place, callback: URL, instance: string): URL {
  return new URL(place.routes.callback(instance) + callback.search, place.origin);
}

async function challengeKept(place: Place, begun: URL): Promise<void> {
  const verifier = place.upstream.last("token").form.get("code_verifier") ?? "";
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  assert.equal(challenge, begun.searchParams.get("code_challenge"), "the verifier was not sent");
}

const wholeFlow: readonly CatalogueEntry[] = [
  {
    id: "C1",
    title:
      "An attacker's code and state in a browser without a cookie are refused, and Bitbucket is not called.",
    async run(place) {
      const callback = await attackersCallback(place);
      const visitor = place.visitor();
      await claimRefused(visitor, await visitor.ask(callback), "a cold browser");
      claimNoCalls(place);
    },
  },
  {
    id: "C2",
    title:
      "An attacker's code and state in the middle of the victim's flow are refused; that flow still ends well.",
    async run(place) {
      const attack = await attackersCallback(place);
      const { visitor, callback } = await victimMidway(place);
      await claimRefused(visitor, await visitor.ask(attack), "in the middle of a flow");
      claimNoCalls(place);
      await claimFlowAlive(visitor, callback);
    },
  },
  {
    id: "C3",
    title: "A state that is missing, empty, a word or white space is refused.",
    async run(place) {
      const attack = await attackersCallback(place);
      const { visitor, callback } = await victimMidway(place);
      for (const state of [
        null,
        "",
        "undefined",
        "null",
        "0",
        "false",
        " ",
        "\t",
        "[object Object]",
        "NaN",
      ]) {
        // Whoever gives a flow up at the first wrong state is asked again in the middle of another.
        if (place.isForeign) await visitor.begin();
        const seen = await visitor.ask(withState(attack, state));
        await claimRefused(visitor, seen, `state ${JSON.stringify(state)}`);
      }
      claimNoCalls(place);
      await claimFlowAlive(visitor, callback);
    },
  },
  {
    id: "C4",
    title:
      "A state stolen from another browser is refused, and so is one of another person's flow in this browser.",
    async run(place) {
      const { visitor: victim, callback } = await victimMidway(place);
      const attacker = place.visitor();
      await attacker.begin();
      const own = place.upstream.issueCode({ person: "attacker" });
      const stolen = new URL(callback);
      stolen.searchParams.set("code", own);
      for (const url of [callback, stolen])
        await claimRefused(attacker, await attacker.ask(url), "a stolen state");
      claimNoCalls(place);
      await claimFlowAlive(victim, callback);
      if (!place.isForeign) await claimBoundToPerson(place);
    },
  },
  {
    id: "C5",
    title: "The same callback a second time leads away harmlessly, and Bitbucket is not called again.",
    async run(place) {
      const { visitor, callback } = await victimMidway(place);
      await visitor.ask(callback);
      assert.equal(await visitor.whoIsSignedIn(), "victim");
      const called = place.upstream.count();
      const again = await visitor.ask(callback);
      const isCalm = place.isForeign || (again.status >= 300 && again.status < 500);
      assert.ok(isCalm, `the second is answered with ${again.status}`);
      assert.equal(again.location?.origin ?? place.origin, place.origin);
      assert.equal(place.upstream.count(), called, "Bitbucket was called again");
      assert.equal(await visitor.whoIsSignedIn(), "victim", "the second one signs out");
    },
  },
  {
    id: "C6",
    title: "The same callback five times at once is exchanged once.",
    async run(place) {
      place.upstream.rules.codesOnce = false;
      // Who wins is chance: of somebody else's server one flow says little.
      for (let flows = 1; flows <= (place.isForeign ? 10 : 1); flows += 1) {
        const { visitor, callback } = await victimMidway(place);
        await Promise.all([1, 2, 3, 4, 5].map(() => visitor.ask(callback)));
        assert.equal(place.upstream.count("token"), flows, "token requests");
      }
    },
  },
  {
    id: "C7",
    title:
      "A flow ends well a second before its time is over, and not after it, nor when the clock goes back.",
    inside: true,
    async run(place) {
      const intime = await victimMidway(place);
      await place.inside.advance(597);
      await claimFlowAlive(intime.visitor, intime.callback, "three seconds before the end");
      const late = await victimMidway(place);
      await place.inside.advance(601);
      await claimRefused(late.visitor, await late.visitor.ask(late.callback), "a second after the end");
      const early = await victimMidway(place);
      const called = place.upstream.count();
      await place.inside.advance(-3_600);
      await claimRefused(early.visitor, await early.visitor.ask(early.callback), "an hour before it began");
      await place.inside.advance(3_600);
      assert.equal(place.upstream.count(), called, "Bitbucket was called");
    },
  },
  {
    id: "C8",
    title: "A flow of one instance delivered to another's callback is refused, and neither is called.",
    instances: true,
    inside: true,
    async run(place) {
      for (const [begun, delivered] of [
        ["bitbucket", "twin"],
        ["twin", "bitbucket"],
        ["bitbucket", "other"],
        ["other", "bitbucket"],
        ["bitbucket", "dc"],
        ["dc", "bitbucket"],
        ["dc", "dc2"],
      ] as const) {
        const visitor = place.visitor();
        const callback = await visitor.approve(await visitor.begin(begun));
        const seen = await visitor.ask(deliveredTo(place, callback, delivered));
        await claimRefused(visitor, seen, `${begun} delivered to ${delivered}`);
        claimNoCalls(place, `${begun} delivered to ${delivered}`);
        await claimFlowAlive(visitor, callback, `${begun} after ${delivered}`);
        for (const upstream of Object.values(place.upstreams)) upstream.reset();
      }
    },
  },
  {
    id: "C9",
    title:
      "A hostile Data Center that sends the browser on to Cloud with the victim's state never gets Cloud's code.",
    instances: true,
    inside: true,
    async run(place) {
      const visitor = place.visitor();
      const begun = await visitor.begin("dc");
      const honest = await place.visitor().begin("bitbucket");
      // What the hostile page answers with: Cloud's own request, carrying the state of the flow with the Data Center.
      honest.searchParams.set("state", begun.searchParams.get("state") ?? "");
      place.upstreams.dc.answer("authorize", () => ({ status: 302, headers: { location: honest.href } }));
      const sentOn = await visitor.ask(begun);
      const callback = await visitor.approve(sentOn.location ?? begun);
      assert.equal(
        callback.pathname,
        place.routes.callback("bitbucket"),
        "Cloud sends only to its own callback",
      );
      await claimRefused(visitor, await visitor.ask(callback), "Cloud's code under the Data Center's state");
      claimNoCalls(place);
    },
  },
  {
    id: "C10",
    title: "An instance whose token endpoint is not where people are sent does not start.",
    instances: true,
    inside: true,
    async run(place) {
      const mixed = ({ main, other }: Place["upstreams"], name: "authorize" | "token" | "web") => ({
        clientId: main.clients[0]?.id ?? "",
        clientSecret: main.clients[0]?.secret ?? "",
        urls: { ...cloudUrlsAt(main.origin), [name]: cloudUrlsAt(other.origin)[name] },
      });
      for (const name of ["authorize", "token", "web"] as const)
        assert.throws(
          () => cloudInstance(mixed(place.upstreams, name)),
          /urls/,
          `${name} elsewhere was taken`,
        );
      const config = (upstreams: Place["upstreams"]) => ({
        instances: { hostile: mixed(upstreams, "token") },
      });
      await assert.rejects(
        place.fresh({ config }),
        /urls/,
        "a server with its token endpoint elsewhere starts",
      );
    },
  },
  {
    id: "C11",
    title:
      "A wrong issuer is refused and the right one accepted; twice, it is refused. Bitbucket sends none: none is demanded.",
    async run(place) {
      for (const issuers of [["https://evil.example"], [place.upstream.origin, place.upstream.origin]]) {
        const { visitor, callback } = await victimMidway(place);
        for (const issuer of issuers) callback.searchParams.append("iss", issuer);
        await claimRefused(visitor, await visitor.ask(callback), `iss ${issuers.join(" and ")}`);
        assert.equal(place.upstream.count(), 0, "Bitbucket was called");
      }
      const { visitor, callback } = await victimMidway(place);
      callback.searchParams.append("iss", place.upstream.origin);
      await claimFlowAlive(visitor, callback, "the right issuer");
    },
  },
  {
    id: "C12",
    title:
      "A code injected into the victim's flow fails where Bitbucket holds to PKCE; the verifier is always sent.",
    async run(place) {
      place.upstream.rules.enforcePkce = true;
      const attack = await attackersCallback(place);
      const visitor = place.visitor();
      const begun = await visitor.begin();
      const callback = await visitor.approve(begun);
      const injected = new URL(callback);
      injected.searchParams.set("code", attack.searchParams.get("code") ?? "");
      const seen = await visitor.ask(injected);
      assert.ok(
        seen.status < 600 && (await visitor.whoIsSignedIn()) === null,
        "the attacker's account was taken",
      );
      await challengeKept(place, begun);
    },
  },
  {
    id: "C13",
    title: "Where the challenge is lost on the way, the verifier is sent all the same.",
    async run(place) {
      const visitor = place.visitor();
      const begun = await visitor.begin();
      const stripped = new URL(begun);
      stripped.searchParams.delete("code_challenge");
      stripped.searchParams.delete("code_challenge_method");
      await visitor.ask(await visitor.approve(stripped));
      await challengeKept(place, begun);
    },
  },
];

/** A trip to connect is begun by one person and ended by another in the same browser. */
async function claimBoundToPerson(place: Place): Promise<void> {
  const visitor = place.visitor();
  await visitor.signIn();
  const post = async (path: string, fields: Readonly<Record<string, string>> = {}) => {
    const { csrf } = JSON.parse((await visitor.ask(place.routes.session)).text) as { csrf: string }; // described by the session route
    const body = new URLSearchParams({ csrf, ...fields });
    return visitor.ask(path, { method: "POST", body, headers: { origin: place.origin } });
  };
  const project = await post("/projects", { name: "Mine" });
  const begun = await post(`${project.location?.pathname}/connect/bitbucket`);
  assert.ok(begun.location, `no trip to connect began: ${begun.status}`);
  const callback = await visitor.approve(begun.location, "attacker");
  await post(place.routes.logout ?? "");
  await claimNobody(visitor, "after signing out");
  await visitor.signIn(undefined, "attacker");
  const called = place.upstream.count();
  const seen = await visitor.ask(callback);
  assert.ok(seen.status >= 400 && seen.status < 500, `another person's trip ends with ${seen.status}`);
  assert.equal(place.upstream.count(), called, "Bitbucket was called for another person's trip");
}

export const groupC: readonly CatalogueEntry[] = [...wholeFlow, ...callbackParameters, ...callbackCookies];
