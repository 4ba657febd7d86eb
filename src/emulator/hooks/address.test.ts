import { expect, test } from "vitest";
import { isPlainlyPrivate, isPublicAddress, leadsOutside, lookupOutside } from "./address.ts";

test.each([
  ...["127.0.0.1", "10.0.0.1", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"],
  ...["224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "not one"],
])("%s is no public address", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test("addresses of the internet are public", () => {
  for (const address of ["93.184.216.34", "1.1.1.1", "2606:4700::1111"])
    expect(isPublicAddress(address), address).toBe(true);
});

test("names that never lead out of a network are private without being looked up", () => {
  for (const host of [
    "localhost",
    "localhost.",
    "build",
    "x.local",
    "ci.internal",
    "printer.lan",
    "a.localhost",
  ])
    expect(isPlainlyPrivate(new URL(`http://${host}/`)), host).toBe(true);
  expect(isPlainlyPrivate(new URL("https://example.com/"))).toBe(false);
});

test("a public address leads outside, a private one does not", async () => {
  expect(await leadsOutside(new URL("http://1.1.1.1/"))).toBe(true);
  expect(await leadsOutside(new URL("http://[::1]:80/"))).toBe(false);
});

test("a socket's look-up refuses a name that leads inside, as localhost does", async () => {
  const [error, found] = await new Promise<readonly unknown[]>((resolve) =>
    lookupOutside("localhost", { all: true }, (failure, addresses) => resolve([failure?.message, addresses])),
  );
  expect([error, found]).toEqual(["localhost leads to no public address.", []]);
});
