import { expect, test } from "vitest";
import { isRange, rangesOf, specialRange } from "./special-addresses.ts";

test.each([
  ["this network", ["0.0.0.0", "0.1.2.3"]],
  ["loopback", ["127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1"]],
  ["private", ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "::ffff:10.0.0.1"]],
  ["shared (CGNAT)", ["100.64.0.1", "100.127.255.255"]],
  ["link-local", ["169.254.0.1", "fe80::1", "fe80::1%eth0"]],
  [
    "cloud metadata",
    ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"],
  ],
  ["cloud platform", ["168.63.129.16"]],
  ["multicast", ["224.0.0.1", "239.255.255.255", "ff02::1"]],
  ["documentation", ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"]],
  ["benchmarking", ["198.18.0.1"]],
  ["reserved", ["240.0.0.1", "255.255.255.255"]],
  ["unspecified", ["::"]],
  ["6to4", ["2002:7f00:1::"]],
  ["protocol assignments", ["192.0.0.1", "2001:0:1::1"]],
  ["not routed", ["::127.0.0.1", "64:ff9b:1::1", "100::1", "4000::1"]],
  ["no address", ["localhost", "", "1.2.3"]],
])("%s", (name, addresses) => {
  for (const address of addresses) expect([address, specialRange(address)]).toEqual([address, name]);
});

test("what is routed on the internet is nothing special, also where IPv6 carries it", () => {
  for (const address of ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1", "64:ff9b::8.8.8.8"])
    expect([address, specialRange(address)]).toEqual([address, null]);
});

test("a range is an address with or without the number of its bits, and holds nothing else", () => {
  for (const text of ["10.0.0.0/8", "10.1.2.3", "fd00::/8", "::1", "0.0.0.0/0"])
    expect(isRange(text)).toBe(true);
  for (const text of [
    "",
    "10.0.0.0/33",
    "::/129",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0/8",
    "fe80::1%1",
    "*",
    "a",
  ])
    expect([text, isRange(text)]).toEqual([text, false]);
  const ranges = rangesOf(["10.1.0.0/16", "192.168.1.1", "fd00::/8"]);
  for (const address of ["10.1.255.255", "::ffff:10.1.0.1", "192.168.1.1", "fd12::1"])
    expect([address, ranges.has(address)]).toEqual([address, true]);
  for (const address of ["10.2.0.1", "192.168.1.2", "fc12::1", "name"])
    expect([address, ranges.has(address)]).toEqual([address, false]);
});
