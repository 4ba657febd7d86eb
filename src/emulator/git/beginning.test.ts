import { expect, test } from "vitest";
import { beginning } from "./beginning.ts";

test("a long diff is read only as far as it is shown, and says that there is more", async () => {
  let pulled = 0;
  let isCancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1;
      controller.enqueue(Buffer.from("0123456789"));
    },
    cancel() {
      isCancelled = true;
    },
  });
  expect(await beginning(endless, 15)).toBe("012345678901234\n… and more: ask the API for all of it.");
  expect(isCancelled).toBe(true);
  expect(pulled).toBeLessThan(5);
});

test("a short diff is shown as it is", async () => {
  expect(await beginning(new Blob(["+ä\n"]).stream(), 15)).toBe("+ä\n");
});
