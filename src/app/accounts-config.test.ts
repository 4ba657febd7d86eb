import { expect, test } from "vitest";
import { parseConfig } from "./config.ts";

const least = { instances: { bitbucket: { clientId: "key", clientSecret: "secret" } } };

test("nobody is linked by e-mail unless the operator says so, and then it is said at start", () => {
  const silent = parseConfig(least);
  expect(silent.accounts).toEqual({ linkByConfirmedEmail: false });
  expect((silent.notices ?? []).join()).not.toContain("e-mail");
  const { accounts, notices = [] } = parseConfig({ ...least, accounts: { linkByConfirmedEmail: true } });
  expect(accounts).toEqual({ linkByConfirmedEmail: true });
  expect(notices.join()).toContain("accounts.linkByConfirmedEmail");
});

test.each([{ linkByEmail: true }, { linkByConfirmedEmail: "true" }, { linkByConfirmedEmail: 1 }])(
  "%j is a mistake, not a yes",
  (accounts) => {
    const given = { ...least, accounts } as unknown as Parameters<typeof parseConfig>[0]; // wrong on purpose
    expect(() => parseConfig(given)).toThrow(/accounts/);
  },
);
