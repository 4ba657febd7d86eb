import { expect, test } from "vitest";
import { parseConfig } from "../app/config.ts";
import { networkRules } from "../app/network-config.ts";
import { proxyOf, withProxyVariables } from "./proxy-variables.ts";

const instances = { bitbucket: { clientId: "key", clientSecret: "secret" } };
const problemsOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return (error as { data?: { problems?: unknown } }).data?.problems; // as `configInvalid` writes them
  }
  return null;
};

test("HTTPS_PROXY and NO_PROXY are taken over in capitals or not; HTTP_PROXY is not", () => {
  const found = proxyOf({
    HTTPS_PROXY: "http://me:hunter2@proxy.example:3128",
    NO_PROXY: "a.example, .b.example",
  });
  expect(found?.url.reveal()).toBe("http://me:hunter2@proxy.example:3128");
  expect(found?.except).toEqual(["a.example", ".b.example"]);
  expect(JSON.stringify(found)).not.toContain("hunter2");
  expect(proxyOf({ https_proxy: "https://proxy.example" })?.except).toEqual([]);
  for (const environment of [{}, { HTTPS_PROXY: "" }, { HTTP_PROXY: "http://proxy.example:1" }])
    expect(proxyOf(environment)).toBeNull();
});

test("what is no proxy's address is a mistake, told without its password", () => {
  for (const HTTPS_PROXY of ["proxy:3128", "socks5://proxy", "http://u:hunter2@proxy/path", "://hunter2"]) {
    const problems = problemsOf(() => proxyOf({ HTTPS_PROXY }));
    expect(problems).toMatchObject([{ path: "HTTPS_PROXY" }]);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  }
});

test("a configuration's own proxy goes before the environment's", () => {
  const environment = { HTTPS_PROXY: "http://there.example" };
  const own = parseConfig({ instances, network: { proxy: "http://here.example", noProxy: "c.example" } });
  const ruled = (config: typeof own) => networkRules(withProxyVariables(config, environment)).proxy;
  expect([ruled(own)?.url.reveal(), ruled(own)?.except]).toEqual(["http://here.example", ["c.example"]]);
  expect(ruled(parseConfig({ instances }))?.url.reveal()).toBe("http://there.example");
});

test("an instance that plainly lies where nothing is called is said at start", () => {
  const work = { product: "data-center" as const, baseUrl: "https://10.1.2.3/bitbucket" };
  expect(parseConfig({ instances: { work } }).notices).toEqual([
    'instances.work is not called where it is, at 10.1.2.3 (private); to allow it, network.allow: ["10.1.2.3"] or a range that holds it.',
  ]);
  for (const rest of [
    { network: { allow: ["10.0.0.0/8"] } },
    { baseUrl: "https://w.example", network: { allow: ["10.1.2.3"] } },
  ])
    expect(parseConfig({ ...rest, instances: { work } }).notices).toBeUndefined();
  const here = { product: "data-center" as const, baseUrl: "http://localhost:7990" };
  expect(parseConfig({ instances: { here } }).notices).toBeUndefined();
  expect(parseConfig({ baseUrl: "https://w.example", instances: { here } }).notices).toHaveLength(1);
});

test("ranges are checked, and this machine is open to the configuration only where everything is on it", () => {
  const allow = ["10.0.0.0/8", "fd00::/8", "192.168.1.7"];
  expect(networkRules(parseConfig({ instances, network: { allow } }))).toMatchObject({
    allow,
    isOwnMachineOpen: true,
    proxy: null,
  });
  expect(networkRules(parseConfig({ instances, baseUrl: "https://w.example" })).isOwnMachineOpen).toBe(false);
  const wrong = { instances, network: { allow: ["10.0.0.0/40", "intranet"], proxy: "hunter2", more: 1 } };
  const problems = problemsOf(() => parseConfig(wrong));
  expect(problems).toMatchObject([
    { path: "network.allow.0" },
    { path: "network.allow.1" },
    { path: "network.proxy" },
    { path: "network.more" },
  ]);
  expect(JSON.stringify(problems)).not.toContain("hunter2");
});
