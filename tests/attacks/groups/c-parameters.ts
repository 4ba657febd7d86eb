/** Owns the part of group C that lies in the callback's parameters: repeated, foreign, hostile, huge. */
import assert from "node:assert/strict";
import type { CatalogueEntry } from "../case.ts";
import { claimFlowAlive, claimNobody, claimNoCalls, claimRefused, isRefusal, leadsAway } from "../claims.ts";
import type { Place } from "../place.ts";
import type { Seen, Visitor } from "../visitor.ts";

interface Midway {
  readonly visitor: Visitor;
  readonly callback: URL;
  readonly path: string;
  readonly code: string;
  readonly state: string;
}

async function midway(place: Place): Promise<Midway> {
  const visitor = place.visitor();
  const callback = await visitor.approve(await visitor.begin());
  const [code, state] = [callback.searchParams.get("code") ?? "", callback.searchParams.get("state") ?? ""];
  return { visitor, callback, path: callback.pathname, code, state };
}

/** Somebody else's server may give a flow up at the first nonsense: the next is tried on another. */
async function stillMidway(place: Place, flow: Midway): Promise<Midway> {
  return place.isForeign ? midway(place) : flow;
}

const hostileTexts = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  "javascript:alert(1)",
  "{{7*7}}#{7*7}<%= 7*7 %>",
  "\u001b[31mred\u001b[0m\u001b]0;title\u0007",
  "</title><meta http-equiv=refresh content='0;url=//evil.example'>",
];

/** What a page may hold of a hostile text: nothing that a browser would take for more than text. */
function claimHarmless(seen: Seen, hostile: string, what: string): void {
  for (const markup of ["<script>alert", "<img src=x", "<svg/onload", "<meta http-equiv=refresh", "\u001b"])
    assert.ok(!seen.text.includes(markup), `${what}: the page holds ${JSON.stringify(markup)}`);
  assert.ok(!/(href|src|action)\s*=\s*["']?javascript:/i.test(seen.text), `${what}: a link runs a script`);
  assert.ok(!seen.text.includes("4949") && !/>49</.test(seen.text), `${what}: a template ran`);
  const headers = JSON.stringify(seen.headers);
  assert.ok(!headers.includes(hostile), `${what}: in a header`);
}

/** Ours has nothing of it in any header, and a policy that would stop what got through all the same. */
function claimNoTrace(seen: Seen, what: string): void {
  assert.ok(!JSON.stringify(seen.headers).includes("evil.example"), `${what}: in a header`);
  claimStrictPolicy(seen, what);
}

/** What is answered, and the page of the server's own that it leads to. */
async function claimTold(place: Place, visitor: Visitor, told: Told): Promise<Seen> {
  const { path, hostile, what } = told;
  const seen = await visitor.ask(path);
  claimHarmless(seen, hostile, what);
  if (!place.isForeign) claimNoTrace(seen, what);
  assert.ok(!leadsAway(seen, visitor.target), `${what} leads to ${seen.location}`);
  if (seen.location?.origin === place.origin)
    claimHarmless(await visitor.ask(seen.location), hostile, `${what}, led on`);
  return seen;
}

interface Told {
  readonly path: string;
  readonly hostile: string;
  readonly what: string;
}

function claimStrictPolicy({ headers, status }: Seen, what: string): void {
  if (status >= 300 && status < 400) return;
  const policy = String(headers["content-security-policy"] ?? "");
  assert.ok(/default-src 'none'|default-src 'self'/.test(policy), `${what}: no strict policy: ${policy}`);
  assert.ok(!/unsafe-inline|unsafe-eval|\*/.test(policy), `${what}: ${policy}`);
}

async function claimQuick(
  visitor: Visitor,
  path: string,
  headers: Record<string, string> = {},
): Promise<void> {
  const begun = performance.now();
  const seen = await visitor.ask(path, { headers, ...("cookie" in headers && { cookie: headers.cookie }) });
  const took = performance.now() - begun;
  const what = `${path.length} characters`;
  if (visitor.target.isForeign) await claimRefused(visitor, seen, what);
  else assert.ok(isRefusal(seen), `${what}: ${seen.status}`);
  assert.ok(took < 1_000, `${what} took ${Math.round(took)} ms`);
}

/** Of somebody else's server a POST may be the end of a flow: that is `response_mode=form_post`. */
async function claimOnlyReading(place: Place): Promise<void> {
  for (const method of ["PUT", "HEAD", "OPTIONS", "DELETE", "PATCH"]) {
    const { visitor, callback } = await midway(place);
    await visitor.ask(callback, { method });
    await claimNobody(visitor, method);
    claimNoCalls(place, method);
    await claimFlowAlive(visitor, callback);
    place.upstream.reset();
  }
}

export const callbackParameters: readonly CatalogueEntry[] = [
  {
    id: "C14",
    title:
      "Repeated parameters, arrays, other cases and semicolons are refused, and Bitbucket is not called.",
    async run(place) {
      const { visitor, callback } = await midway(place);
      const queries = ({ code, state }: Midway) => [
        `code=${code}&state=${state}&state=${state}`,
        `code=${code}&state=x&state=${state}`,
        `code=bad&code=${code}&state=${state}`,
        `code=${code}&code=${code}&state=${state}`,
        `error=access_denied&error=access_denied&state=${state}`,
        `code[]=${code}&state=${state}`,
        `code[a]=${code}&state=${state}`,
        `code%5B%5D=${code}&state=${state}`,
        `code=${code}&state[]=${state}`,
        `code=${code}&State=${state}`,
        `Code=${code}&state=${state}`,
        `CODE=${code}&STATE=${state}`,
        `code=${code};state=${state}`,
        `code=${code}%26state=${state}`,
        `?code=${code}&state=${state}`,
      ];
      let flow = await midway(place);
      for (const at of queries(flow).keys()) {
        flow = await stillMidway(place, flow);
        const query = queries(flow)[at] ?? "";
        const seen = await flow.visitor.ask(`${flow.path}?${query}`);
        const what = query.replaceAll(flow.code, "CODE").replaceAll(flow.state || "STATE", "STATE");
        await claimRefused(flow.visitor, seen, what);
        claimNoCalls(place, what);
      }
      await claimFlowAlive(flow.visitor, flow.callback);
      await claimFlowAlive(visitor, callback);
    },
  },
  {
    id: "C15",
    title:
      "An error beside a code is an error; an error without a valid state echoes nothing and leaves the flow alive.",
    async run(place) {
      const { visitor, callback, path, code, state } = await midway(place);
      for (const query of [
        "error=access_denied&error_description=attackers-own-words",
        "error=access_denied&error_description=attackers-own-words&state=",
        "error=access_denied&error_description=attackers-own-words&state=unknown",
        "error=attackers-own-words&state=unknown",
      ]) {
        const seen = await visitor.ask(`${path}?${query}`);
        await claimRefused(visitor, seen, query);
        assert.ok(
          !`${JSON.stringify(seen.headers)}${seen.text}`.includes("attackers-own"),
          `${query} is echoed`,
        );
      }
      const flow = await stillMidway(place, { visitor, callback, path, code, state });
      const both = await flow.visitor.ask(`${path}${flow.callback.search}&error=access_denied`);
      await claimRefused(flow.visitor, both, "error and code");
      claimNoCalls(place);
      const denied = await midway(place);
      await claimRefused(
        denied.visitor,
        await denied.visitor.ask(`${denied.path}?error=access_denied&state=${denied.state}`),
        "a denial",
      );
      claimNoCalls(place);
      if (!place.isForeign) await claimFlowAlive(visitor, callback, "after errors");
    },
  },
  {
    id: "C16",
    title:
      "What an error says is never markup, link, template or escape sequence in a page, a header or the log.",
    async run(place) {
      for (const hostile of hostileTexts) {
        for (const name of ["error", "error_description", "error_uri"]) {
          const { visitor, path, state } = await midway(place);
          const query = new URLSearchParams({ error: "server_error", state, [name]: hostile });
          const what = `${name} ${hostile}`;
          const seen = await claimTold(place, visitor, { path: `${path}?${query}`, hostile, what });
          assert.ok(place.isForeign || (seen.status < 600 && seen.status !== 500), `${name}: ${seen.status}`);
          const unknown = `${path}?${new URLSearchParams({ error: hostile, state: "x" })}`;
          await claimTold(place, visitor, { path: unknown, hostile, what: `unknown flow, ${hostile}` });
        }
      }
      const { visitor, path, state } = await midway(place);
      const long = await visitor.ask(
        `${path}?error=x&state=${state}&error_description=${"a".repeat(1_000_000)}`,
      );
      assert.ok(isRefusal(long), `1 MB: ${long.status}`);
      if (place.isForeign) return;
      assert.ok(!(await place.inside.log()).includes("\u001b"), "an escape sequence is in the log");
    },
  },
  {
    id: "C17",
    title: "CR, LF, NUL and lone surrogates split no header and begin no line of the log.",
    async run(place) {
      for (const bytes of [
        "%0d%0aSet-Cookie:%20planted=1",
        "%0a%7B%22msg%22:%22planted%22%7D",
        "%00",
        "%ed%a0%80",
        "%u0000",
        "%",
      ]) {
        for (const name of ["code", "state", "error", "error_description", "iss", "other"]) {
          const { visitor, path, code, state } = await midway(place);
          const parts = new Map([
            ["code", code],
            ["state", state],
          ]);
          if (name.startsWith("error")) parts.delete("code").valueOf();
          if (name === "error_description") parts.set("error", "x");
          parts.set(name, (parts.get(name) ?? "x") + bytes);
          const query = [...parts].map(([key, value]) => `${key}=${value}`).join("&");
          const seen = await visitor.ask(`${path}?${query}`);
          const isForeseen = place.isForeign || (seen.status !== 500 && seen.status < 600);
          assert.ok(isForeseen, `${name} with ${bytes}: ${seen.status}`);
          assert.ok(!visitor.cookies.has("planted"), `${name} with ${bytes} sets a cookie`);
        }
      }
      if (place.isForeign) return;
      for (const line of (await place.inside.log()).split("\n").filter((each) => each !== ""))
        assert.ok("level" in JSON.parse(line), `a line of its own in the log: ${line.slice(0, 100)}`);
    },
  },
  {
    id: "C18",
    title:
      "A state of 64 KB, a code of 1 MB, thousands of parameters or cookies of 32 KB are refused at once.",
    async run(place) {
      const { visitor, callback, path, code, state } = await midway(place);
      const many = (count: number) => Array.from({ length: count }, (_, at) => `p${at}`).join("&");
      for (const query of [
        `code=${code}&state=${"a".repeat(65_536)}`,
        `code=${code}&state=${"a".repeat(12_000)}`,
        `code=${"a".repeat(1_000_000)}&state=${state}`,
        many(10_000),
        `${many(2_000)}&state=${state}x`,
        `code=${code}&state=${"%41".repeat(4_000)}`,
        `code=${code}&state=${"+".repeat(12_000)}!`,
      ])
        await claimQuick(visitor, `${path}?${query}`);
      await claimQuick(visitor, `${path}${callback.search}`, { cookie: `a=${"b".repeat(32_768)}` });
      await claimQuick(visitor, `${path}${callback.search}`, { cookie: "a=b; ".repeat(2_500) });
      claimNoCalls(place);
      await claimFlowAlive(visitor, callback);
    },
  },
  {
    id: "C19",
    title: "Tokens in the query are ignored, and no page hands a fragment on.",
    async run(place) {
      let flow = await midway(place);
      const token = "attackers-own-token-0123456789";
      for (const query of [
        `access_token=${token}&token_type=bearer&state=`,
        `id_token=${token}&state=`,
        `access_token=${token}&id_token=${token}`,
      ]) {
        flow = await stillMidway(place, flow);
        const { visitor, path, state } = flow;
        const seen = await visitor.ask(`${path}?${query}${query.endsWith("state=") ? state : ""}`);
        await claimRefused(visitor, seen, query);
        assert.ok(!/location\.hash|document\.location/.test(seen.text), "a page reads the fragment");
      }
      claimNoCalls(place);
      const { visitor, callback } = await stillMidway(place, flow);
      const both = new URL(callback);
      both.searchParams.set("access_token", token);
      await visitor.ask(both);
      const sent = place.upstream.asked.map(
        (asked) => `${asked.path} ${JSON.stringify(asked.headers)} ${asked.body}`,
      );
      assert.ok(!sent.some((each) => each.includes(token)), "the attacker's token was used");
    },
  },
  {
    id: "C20",
    title: "Only GET ends a flow: POST, PUT, HEAD and OPTIONS take nothing and use nothing up.",
    async run(place) {
      const { visitor, callback, path } = await midway(place);
      if (place.isForeign) return claimOnlyReading(place);
      for (const method of ["POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH"]) {
        const seen = await visitor.ask(callback, { method });
        assert.equal(seen.status, 405, `${method}: ${seen.status}`);
        assert.deepEqual(seen.setCookies, [], `${method} sets a cookie`);
      }
      const body = new URLSearchParams(callback.searchParams);
      const form = await visitor.ask(path, { method: "POST", body });
      assert.equal(form.status, 405, `a form: ${form.status}`);
      claimNoCalls(place);
      await claimFlowAlive(visitor, callback);
    },
  },
];
