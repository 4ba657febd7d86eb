import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../../../tests/histories/folders.ts";
import { buildDemoRepository, culpritSubject, demoTrace } from "./demo-repository.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const now = new Date("2026-11-20T12:00:00Z");
const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: folder.path, encoding: "utf8" });

beforeAll(async () => {
  folder = await temporaryFolder();
  await buildDemoRepository(join(folder.path, "bare"), now);
  git("clone", "--quiet", "bare", "checkout");
});
afterAll(() => folder.remove());

test("the trace is the one the newest version really leaves, line by line", () => {
  const cart = { country: "DE", lines: [{ sku: "tea", quantity: 1, unitPrice: 799 }], codes: ["LASTYEAR"] };
  const code = `import { createOrder } from "./src/orders/create-order.ts"; await createOrder(${JSON.stringify(cart)}).catch((error) => process.stdout.write(error.stack));`;
  const stack = execFileSync(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: join(folder.path, "checkout"),
    encoding: "utf8",
  });
  const frames = stack.replaceAll(/file:\/\/\/\S*\/checkout\//g, "/srv/checkout-api/").split("\n");
  expect(demoTrace.split("\n").slice(0, 5)).toEqual(frames.slice(0, 5));
});

test("the bug came with the culprit: the version before takes the same cart", () => {
  const [culprit] = git("-C", "bare", "log", "--format=%H", `--grep=^${culpritSubject}$`).split("\n");
  git("clone", "--quiet", "bare", "before");
  git("-C", "before", "checkout", "--quiet", `${culprit}~1`);
  const code = `import { applyDiscounts } from "./src/cart/discount.ts"; process.stdout.write(String(applyDiscounts(1000, ["LASTYEAR"])));`;
  const options = { cwd: join(folder.path, "before"), encoding: "utf8" } as const;
  expect(execFileSync(process.execPath, ["--input-type=module", "--eval", code], options)).toBe("1000");
});

test("its own tests pass, which is why nobody noticed", () => {
  const output = execFileSync(process.execPath, ["--test", "test/*.test.ts"], {
    cwd: join(folder.path, "checkout"),
    encoding: "utf8",
    env: { PATH: process.env.PATH },
  });
  expect(output).toMatch(/fail 0/);
});

test("some twenty commits by several people lie within the 25 days before", () => {
  const dates = git("-C", "bare", "log", "--all", "--format=%ct").trim().split("\n").map(Number);
  expect(dates.length).toBeGreaterThanOrEqual(18);
  expect(Math.max(...dates) * 1000).toBeLessThan(now.getTime());
  expect(Math.min(...dates) * 1000).toBeGreaterThan(now.getTime() - 25 * 86_400_000);
  const authors = new Set(git("-C", "bare", "log", "--format=%ae").trim().split("\n"));
  expect(authors.size).toBeGreaterThanOrEqual(5);
});

test("the same moment gives the same hashes", async () => {
  await buildDemoRepository(join(folder.path, "again"), now);
  expect(git("-C", "again", "rev-parse", "main")).toBe(git("-C", "bare", "rev-parse", "main"));
});
