import { expect, test } from "vitest";
import { policyOf } from "./admission.ts";
import { parseConfig } from "./config.ts";

const cloud = { clientId: "key", clientSecret: "secret" };
const resolvers = [{ resolver: "userIdMatchingUserEntityAnnotation" }];
const catalog = { locations: [{ type: "file", target: import.meta.filename }] };

test("where one instance chooses whom to let in, another that says nothing lets in nobody", () => {
  const chosen = { ...cloud, signIn: { resolvers } };
  const config = parseConfig({ catalog, instances: { bitbucket: chosen, other: cloud } });
  expect(policyOf(config, "bitbucket").kind).toBe("resolvers");
  expect(policyOf(config, "other").kind).toBe("nobody");
});

test("where none chooses, anybody comes in; signIn: false keeps one closed and opens no other", () => {
  const config = parseConfig({ instances: { bitbucket: cloud, other: { ...cloud, signIn: false } } });
  expect(policyOf(config, "bitbucket").kind).toBe("first-sign-in");
  expect(policyOf(config, "other").kind).toBe("nobody");
  expect(policyOf(config, "srv_of_a_project").kind).toBe("nobody");
});
