import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { shiftableClock } from "../../base/clock.ts";
import { createDeliveries, type Delivery, type Manner } from "./deliveries.ts";
import { post } from "./post.ts";

const manner: Manner = {
  timeoutMilliseconds: 1000,
  mostAttempts: 1,
  spacingSeconds: 0,
  triesAgainAfter: () => false,
  keepsRequestId: true,
  mayStayInside: true,
  verifiesCertificates: true,
};

/** Answers while `answers` is true, and otherwise leaves everybody waiting. */
async function receiver() {
  const state = { answers: true, asked: () => {} };
  const server = createServer((_, response) => {
    if (state.answers) response.end();
    else state.asked();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  return { state, url: `http://127.0.0.1:${port}/` };
}

function deliveryTo(url: string, rest: Partial<Delivery> = {}): Delivery {
  const body = Buffer.from("{}");
  return {
    product: "cloud",
    hook: "1",
    event: "repo:push",
    url,
    body,
    manner,
    headersOf: () => ({}),
    ...rest,
  };
}

/** What the process is warned of. */
function warnings(): readonly string[] {
  const heard: string[] = [];
  const listen = (warning: Error) => heard.push(warning.message);
  process.on("warning", listen);
  onTestFinished(() => void process.off("warning", listen));
  return heard;
}

test("a deadline that no timer takes is an outcome, and nothing is thrown", async () => {
  const { url } = await receiver();
  const posting = {
    ...manner,
    url,
    headers: {},
    body: Buffer.alloc(0),
    closing: new AbortController().signal,
  };
  expect(await post({ ...posting, timeoutMilliseconds: 9_999_999_999 })).toMatchObject({
    kind: "network",
    message: expect.stringContaining("out of range"),
  });
});

test("what fails in the background warns the process, which goes on", async () => {
  const { url } = await receiver();
  const [deliveries, heard] = [createDeliveries(shiftableClock()), warnings()];
  const broken = () => {
    throw new Error("no headers");
  };
  deliveries.send(deliveryTo(url, { headersOf: broken }));
  await deliveries.settled();
  await expect.poll(() => heard).toEqual([expect.stringContaining("repo:push to hook 1 was not delivered")]);
  await expect(deliveries.sendOnce(deliveryTo(url, { headersOf: broken }))).rejects.toThrow("no headers");
  await deliveries.close();
});

test("a redelivery that a reset cuts is told apart from an unknown delivery", async () => {
  const { state, url } = await receiver();
  const deliveries = createDeliveries(shiftableClock());
  await deliveries.sendOnce(deliveryTo(url));
  state.answers = false;
  const asked = new Promise<void>((resolve) => {
    state.asked = resolve;
  });
  const again = deliveries.redeliver("delivery-1");
  await asked;
  deliveries.reset();
  expect(await again).toMatchObject({
    redeliveryOf: "delivery-1",
    status: null,
    error: expect.stringMatching(/^network: /),
  });
  expect(await deliveries.redeliver("delivery-1")).toBeNull();
  expect(deliveries.list()).toEqual([]);
  await deliveries.close();
});

test("old deliveries are forgotten by their bytes, the newest can be sent again", async () => {
  const { url } = await receiver();
  const deliveries = createDeliveries(shiftableClock());
  const body = Buffer.alloc(12 * 1024 * 1024);
  for (let count = 0; count < 3; count += 1) await deliveries.sendOnce(deliveryTo(url, { body }));
  expect(await deliveries.redeliver("delivery-1")).toBeNull();
  expect(await deliveries.redeliver("delivery-3")).toMatchObject({ status: 200, bytes: body.length });
  await deliveries.close();
});
