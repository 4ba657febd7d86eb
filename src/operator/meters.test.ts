import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { frozenClock } from "../../tests/frozen-clock.ts";
import { createMeters } from "./meters.ts";

function opened() {
  const register = new Registry();
  const clock = frozenClock();
  return { register, clock, ...createMeters(register, clock) };
}

test("renewals are counted by outcome and timed, hand-outs are counted", async () => {
  const { register, meter } = opened();
  meter.renewal("renewed", 0.2);
  meter.renewal("renewed", 0.3);
  meter.renewal("bitbucket.refresh_refused", 3);
  meter.failed("bitbucket", "vault.suspect");
  meter.waited(0.02);
  for (let times = 0; times < 1000; times++) meter.handedOut();
  const text = await register.metrics();
  expect(text).toContain('windlass_vault_renewals_total{outcome="renewed"} 2');
  expect(text).toContain('windlass_vault_renewals_total{outcome="bitbucket.refresh_refused"} 1');
  expect(text).toContain('windlass_vault_renewal_failures_total{reason="vault.suspect"} 1');
  expect(text).toContain('windlass_vault_renewal_duration_seconds_bucket{le="0.25"} 1');
  expect(text).toContain("windlass_vault_renewal_duration_seconds_count 3");
  expect(text).toContain("windlass_vault_renewal_wait_seconds_count 1");
  expect(text).toContain("windlass_vault_tokens_handed_out_total 1000");
  expect(await register.metrics()).toContain("windlass_vault_tokens_handed_out_total 1000");
});

test("the last hour is kept by the minute, and no minute longer; being overtaken is no failure", () => {
  const { meter, clock, lastHour } = opened();
  meter.renewal("renewed", 1);
  clock.advance(59 * 60);
  meter.renewal("http.timeout", 1);
  meter.renewal("overtaken", 1);
  expect(lastHour()).toEqual([
    { minute: new Date("2026-11-20T08:00:00Z"), renewed: 1, failed: 0 },
    { minute: new Date("2026-11-20T08:59:00Z"), renewed: 0, failed: 1 },
  ]);
  clock.advance(60);
  expect(lastHour()).toEqual([{ minute: new Date("2026-11-20T08:59:00Z"), renewed: 0, failed: 1 }]);
});

test("a refused consumer is remembered for a quarter of an hour after its last refusal", () => {
  const { meter, clock, refusedInstances } = opened();
  meter.failed("acme", "vault.suspect");
  expect(refusedInstances()).toEqual([]);
  meter.failed("acme", "vault.consumer_refused");
  clock.advance(10 * 60);
  meter.failed("acme", "vault.consumer_refused");
  clock.advance(10 * 60);
  expect(refusedInstances()).toEqual(["acme"]);
  clock.advance(6 * 60);
  expect(refusedInstances()).toEqual([]);
});
