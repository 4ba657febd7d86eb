import { describe, expect, test } from "vitest";
import { fc } from "../../../tests/property.ts";
import { Secret } from "../../base/secret.ts";
import { oauthProblem, type ProblemContext } from "./failure.ts";
import { readReason } from "./problem.ts";

const none = new Headers();
const failure = (body: string, context: ProblemContext = {}, headers = none) => {
  const found = oauthProblem(headers, body, context);
  if (found === null) throw new Error("no problem was read");
  return found;
};

/** Every problem of the provider's table, and who has to act. */
const problems = {
  version_rejected: "configuration",
  parameter_absent: "configuration",
  parameter_rejected: "configuration",
  timestamp_refused: "configuration",
  signature_method_rejected: "configuration",
  nonce_used: "unreachable",
  token_used: "refused",
  token_expired: "stale",
  token_revoked: "stale",
  token_rejected: "stale",
  token_not_authorized: "refused",
  signature_invalid: "configuration",
  consumer_key_unknown: "configuration",
  consumer_key_rejected: "configuration",
  additional_authorization_required: "refused",
  permission_unknown: "refused",
  permission_denied: "refused",
  user_refused: "refused",
  consumer_key_refused: "unreachable",
};

describe("every problem", () => {
  test.each(Object.entries(problems))(
    "%s is a failure of its own, from body and from header",
    (problem, reaction) => {
      const expected = { code: `bitbucket.oauth1_${problem}`, reaction, data: { problem } };
      expect(failure(`oauth_problem=${problem}`)).toMatchObject(expected);
      const challenge = `OAuth realm="https%3A%2F%2Fgit.example.com", oauth_problem="${problem}"`;
      expect(failure("", {}, new Headers({ "www-authenticate": challenge }))).toMatchObject(expected);
    },
  );

  test("an unknown one is quoted", () => {
    const found = failure("oauth_problem=out_of_tea&oauth_problem_advice=brew%20some");
    expect(found).toMatchObject({ code: "bitbucket.oauth1_refused", data: { problem: "out_of_tea" } });
    expect(found.message).toContain("brew some");
    expect(failure("oauth_problem=__proto__").code).toBe("bitbucket.oauth1_refused");
  });

  test.each([
    ["no problem at all", "", ""],
    ["a challenge without a problem", 'OAuth realm="https%3A%2F%2Fgit.example.com"', ""],
    ["another scheme's parameter", 'Basic realm="x", oauth_problem="token_rejected"', ""],
    ["a page", "", "<html>oauth_problem=token_rejected</html>"],
    ["an empty problem", "", "oauth_problem="],
  ])("%s is none", (_what, challenge, body) => {
    expect(oauthProblem(new Headers({ "www-authenticate": challenge }), body)).toBeNull();
  });

  test("is found beside another scheme, without quotes, and with signs that are not encoded", () => {
    for (const challenge of [
      'Basic realm="x", OAuth realm="y", oauth_problem="token_rejected"',
      "OAuth oauth_problem=token_rejected",
      'oauth oauth_problem_advice="100%", oauth_problem="token_rejected"',
    ]) {
      const found = failure("", {}, new Headers({ "www-authenticate": challenge }));
      expect(found.code).toBe("bitbucket.oauth1_token_rejected");
    }
  });
});

describe("the same word at another stage", () => {
  test.each([
    ["permission_denied", "request-token", "bitbucket.oauth1_permission_denied"],
    ["permission_denied", "access-token", "bitbucket.denied"],
    ["permission_denied", "renewal", "bitbucket.refresh_refused"],
    ["token_rejected", "renewal", "bitbucket.refresh_refused"],
    ["token_expired", "renewal", "bitbucket.refresh_refused"],
    ["token_revoked", "renewal", "bitbucket.refresh_refused"],
    ["signature_invalid", "renewal", "bitbucket.oauth1_signature_invalid"],
  ] as const)("%s at the %s", (problem, stage, code) => {
    expect(failure(`oauth_problem=${problem}`, { stage }).code).toBe(code);
  });

  test("a request token that expired says to begin again, an access token to connect again", () => {
    const sentence = (stage: "access-token" | "call") => failure("oauth_problem=token_expired", { stage });
    expect(sentence("access-token").message).toMatch(/took too long/);
    expect(sentence("access-token").cure).toMatch(/within ten minutes/);
    expect(sentence("call").cure).toMatch(/Connect again/);
  });
});

describe("a refused time", () => {
  const sentAt = new Date(1_700_000_000_000);
  const body = (server: number) =>
    `oauth_problem=timestamp_refused&oauth_acceptable_timestamps=${server - 300}-${server + 300}`;

  test.each([
    [1_700_000_720, "12 minutes behind", -720],
    [1_699_999_400, "10 minutes ahead of", 600],
    [1_700_086_400, "24 hours behind", -86_400],
  ])("says how far the clocks are apart (Bitbucket's at %i)", (server, words, skewSeconds) => {
    const found = failure(body(server), { sentAt });
    expect(found.message).toContain(words);
    expect(found.data).toMatchObject({ skewSeconds, ourTime: "2023-11-14T22:13:20.000Z" });
    expect(found.detail).toContain("takes 20");
  });

  test("keeps the window when our time is not known, and does without it", () => {
    expect(failure(body(1_700_000_720)).data.acceptableFrom).toBe("2023-11-14T22:20:20.000Z");
    expect(failure("oauth_problem=timestamp_refused&oauth_acceptable_timestamps=soon").message).toMatch(
      /differ/,
    );
  });
});

describe("a refused signature", () => {
  const request = { method: "POST", url: new URL("https://git.example.com/bitbucket/x?limit=5") };
  const refused = (base: string) =>
    failure(`oauth_problem=signature_invalid&oauth_signature_base_string=${encodeURIComponent(base)}`, {
      request,
    });
  const protocol = "%26oauth_token%3Dsecret-token%26oauth_version%3D1.0";

  test("behind a proxy Bitbucket sees another address: both are named", () => {
    const found = refused(`POST&http%3A%2F%2Flocalhost%3A7990%2Fx&limit%3D5${protocol}`);
    expect(found.message).toContain("http://localhost:7990/x");
    expect(found.message).toContain("https://git.example.com/bitbucket/x");
    expect(found.cure).toMatch(/server\.proxy-name.*server\.scheme.*context path/);
    expect(found.data.difference).toBe("address");
    expect(JSON.stringify([found.message, found.detail, found.data])).not.toContain("secret-token");
  });

  const address = encodeURIComponent("https://git.example.com/bitbucket/x");

  test("the same request on both sides: it is the key", () => {
    const found = refused(`POST&${address}&limit%3D5${protocol}`);
    expect(found.message).toMatch(/public key does not belong/);
    expect(found.data.difference).toBe("nothing");
  });

  test("a lost query and a changed method are named", () => {
    expect(refused(`POST&${address}&oauth_version%3D1.0`).message).toContain("(none) than were sent (limit)");
    expect(refused(`GET&${address}&limit%3D5${protocol}`).message).toContain("our POST as GET");
  });

  test.each(["", "rubbish", "a&b", "a&b&c&d", "POST&%&x"])(
    "with nonsense (%s) both causes are named",
    (base) => {
      const found = refused(base);
      expect(found.data.difference).toBe("unknown");
      expect(found.cure).toMatch(/public key.*proxy/);
    },
  );
});

test("missing and refused parameters are named", () => {
  const absent = failure("oauth_problem=parameter_absent&oauth_parameters_absent=oauth_nonce%26oauth_token");
  expect(absent.message).toContain("oauth_nonce, oauth_token");
  const callback = "oauth_problem=parameter_rejected&oauth_parameters_rejected=oauth_callback";
  expect(failure(callback).message).toMatch(/callback URL/);
});

test("what was sent is not quoted back", () => {
  const secrets = [new Secret("token-0123456789")];
  const found = failure("oauth_problem=what+token-0123456789&oauth_problem_advice=token-0123456789", {
    secrets,
  });
  expect(JSON.stringify([found.message, found.detail, found.data])).not.toContain("0123456789");
});

describe("the reason of any other answer", () => {
  test.each([
    ["oauth_error=token+expired", "token expired"],
    ['{"errors":[{"context":null,"message":"No way.","exceptionName":"x"}]}', "No way."],
    ['{"error":{"message":"No."}}', "No."],
    ['{"error":"nope"}', "nope"],
    ['{"message":"sorry"}', "sorry"],
    ["{}", null],
    ["[]", null],
    ["null", null],
    ["<html><head><title>\n 502 Bad\tGateway </title></head><body>…", "502 Bad Gateway"],
    ["<!doctype html><h1 class='a'>Log in</h1>", "Log in"],
    ["<html></html>", null],
    ["upstream connect error", "upstream connect error"],
    ["", null],
    ["  \u202e\u0000 ", null],
    ["oauth_token=abc&oauth_token_secret=def&x", null],
  ])("%j", (body, reason) => {
    expect(readReason(body)).toBe(reason);
  });

  test("nothing an answer holds makes reading it crash, and no quote is long", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (body, problem) => {
        expect((readReason(body) ?? "").length).toBeLessThanOrEqual(301);
        const form = String(
          new URLSearchParams({ oauth_problem: problem, oauth_acceptable_timestamps: body }),
        );
        const found = oauthProblem(none, form);
        expect(found === null || found.code.startsWith("bitbucket.")).toBe(true);
      }),
    );
  });
});
