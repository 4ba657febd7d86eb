import { expect, test } from "vitest";
import { failureOf } from "../../../tests/failure.ts";
import { createReach, type ReachRules } from "./reach.ts";

const at = (...addresses: string[]) =>
  addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

/** What each host comes to: its first address, or the code it is refused with. */
async function go(hostname: string, rules: ReachRules = {}, isConfigured = false): Promise<string> {
  const reach = createReach({ resolve: async () => at("1.1.1.1"), ...rules });
  const found = await reach.addresses({ hostname, isConfigured }).catch((error: unknown) => error);
  return Array.isArray(found) ? found[0].address : String((found as { code?: unknown }).code); // a WindlassError or a resolver's
}

const refused = "http.address_refused";

test("one refused address refuses the name, whichever place it has among the others", async () => {
  for (const addresses of [["1.1.1.1", "10.0.0.1"], ["10.0.0.1", "1.1.1.1"], ["1.1.1.1", "::1"], ["fe80::1"]])
    expect(await go("a.example", { resolve: async () => at(...addresses) })).toBe(refused);
  expect(await go("a.example", { resolve: async () => at("1.1.1.1", "2606:4700::1") })).toBe("1.1.1.1");
  expect(await go("a.example", { resolve: async () => [] })).toBe("ENOTFOUND");
});

test("names of this machine and of a cloud's metadata are told without asking a resolver", async () => {
  for (const name of [
    "localhost",
    "localhost.",
    "a.localhost",
    "a.b.localhost.",
    "metadata.google.internal",
    "metadata",
  ])
    expect([name, await go(name)]).toEqual([name, refused]);
});

test("the operator's ranges open what is in them, and a cloud's metadata only by its own address", async () => {
  const open = (address: string, ...allow: string[]) =>
    go("a.example", { allow, resolve: async () => at(address) });
  expect(await open("10.1.2.3", "10.0.0.0/8")).toBe("10.1.2.3");
  expect(await open("::ffff:10.1.2.3", "10.0.0.0/8")).toBe("::ffff:10.1.2.3");
  expect(await open("192.168.0.1", "10.0.0.0/8")).toBe(refused);
  expect(await open("169.254.169.254", "169.254.0.0/16", "0.0.0.0/0")).toBe(refused);
  expect(await open("169.254.169.254", "169.254.169.254")).toBe("169.254.169.254");
  expect(await open("fd00:ec2::254", "fc00::/7")).toBe(refused);
});

test("this machine is open to the configuration's own addresses of it, and to nothing else", async () => {
  const rules = { isOwnMachineOpen: true, resolve: async () => at("127.0.0.1") };
  for (const host of ["127.0.0.1", "::1", "localhost", "a.localhost"]) {
    expect([host, await go(host, rules, true)]).not.toContain(refused);
    expect([host, await go(host, rules, false)]).toContain(refused);
    expect([host, await go(host, { ...rules, isOwnMachineOpen: false }, true)]).toContain(refused);
  }
  expect(await go("rebound.example", rules, true)).toBe(refused);
  expect(await go("10.0.0.1", rules, true)).toBe(refused);
  expect(await go("localhost", { ...rules, resolve: async () => at("10.0.0.1") }, true)).toBe(refused);
});

test("the failure tells the operator the address and how to allow it, and the person neither", async () => {
  const reach = createReach({ resolve: async () => at("10.9.8.7") });
  const error = await failureOf(reach.addresses({ hostname: "a.example", isConfigured: false }));
  expect(error.detail).toBe(
    'a.example at 10.9.8.7 (private); to allow it, network.allow: ["10.9.8.7"] or a range that holds it',
  );
  expect(`${error.message} ${error.cure} ${JSON.stringify(error.data)}`).not.toContain("10.9");
});

test("a socket gets what it asks for: all addresses, one, or one of a family", async () => {
  const reach = createReach({ resolve: async () => at("1.1.1.1", "2606:4700::1") });
  const look = (options: Parameters<ReturnType<typeof reach.lookup>>[1]) =>
    new Promise((give) =>
      reach.lookup(false)("a.example", options, (error, ...found) => give([error, ...found])),
    );
  expect(await look({ all: true })).toEqual([null, at("1.1.1.1", "2606:4700::1")]);
  expect(await look({})).toEqual([null, "1.1.1.1", 4]);
  expect(await look({ family: 6 })).toEqual([null, "2606:4700::1", 6]);
  expect(await look({ family: "IPv4", all: true })).toEqual([null, at("1.1.1.1")]);
});
