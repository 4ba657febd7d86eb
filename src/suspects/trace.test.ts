import { expect, test } from "vitest";
import { readTrace } from "./trace.ts";

/** What a frame says, short enough to compare: file:line and a mark for code that is not the app's. */
function short(text: string): string[] {
  return readTrace(text).map(({ file, line, inApp }) => `${inApp ? "" : "~"}${file}:${line ?? "?"}`);
}

test("reads V8's traces and tells the app from the runtime and installed packages", () => {
  const text = `/app/src/cart/discount.ts:41
    throw new TypeError("x");
          ^

TypeError: Cannot read properties of undefined (reading 'rate')
    at applyDiscount (/app/src/cart/discount.ts:41:17)
    at async Promise.all (index 0)
    at async total (file:///app/src/cart/total.ts:12:3)
    at Object.<anonymous> (/app/src/main.ts:3:1)
    at /app/src/anonymous.ts:9:1
    at new Cart (webpack:///./src/cart/cart.ts?v=3:7:1)
    at Layer.handle [as handle_request] (/app/node_modules/express/lib/router/layer.js:95:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at eval (eval at run (/app/x.js:1:2), <anonymous>:1:1)`;
  expect(short(text)).toEqual([
    "/app/src/cart/discount.ts:41",
    "/app/src/cart/total.ts:12",
    "/app/src/main.ts:3",
    "/app/src/anonymous.ts:9",
    "src/cart/cart.ts:7",
    "~/app/node_modules/express/lib/router/layer.js:95",
    "~node:internal/process/task_queues:95",
  ]);
  expect(readTrace(text)[0]?.function).toBe("applyDiscount");
});

test("reads Firefox's and Safari's traces", () => {
  const text =
    "applyDiscount@https://shop.example/static/src/discount.js?x=1:41:17\n@file:///app/main.js:2:1";
  expect(short(text)).toEqual(["static/src/discount.js:41", "/app/main.js:2"]);
});

test("turns Python's order round, each traceback of a chain for itself", () => {
  const text = `Traceback (most recent call last):
  File "/srv/shop/cart.py", line 10, in total
    return price()
  File "/srv/shop/price.py", line 5, in price
    raise KeyError
KeyError

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/usr/lib/python3.12/asyncio/runners.py", line 118, in run
  File "/srv/venv/lib/python3.12/site-packages/django/core.py", line 1, in x
  File "/srv/shop/main.py", line 3, in <module>
ValueError`;
  expect(short(text)).toEqual([
    "/srv/shop/price.py:5",
    "/srv/shop/cart.py:10",
    "/srv/shop/main.py:3",
    "~/srv/venv/lib/python3.12/site-packages/django/core.py:1",
    "~/usr/lib/python3.12/asyncio/runners.py:118",
  ]);
});

test("gives a Java frame the folders of its package and puts the root cause first", () => {
  const text = `java.lang.IllegalStateException: failed
\tat com.acme.web.CartController.show(CartController.java:20)
\tat java.base/java.lang.Thread.run(Thread.java:1583)
Caused by: java.lang.NullPointerException
\tat com.acme.cart.CartService$Inner.total(CartService.java:41)
\tat app//com.acme.cart.Price.of(Price.kt)
\tat com.acme.Native.call(Native Method)
\t... 12 more`;
  expect(short(text)).toEqual([
    "com/acme/cart/CartService.java:41",
    "com/acme/cart/Price.kt:?",
    "com/acme/web/CartController.java:20",
    "~java/lang/Thread.java:1583",
  ]);
});

test("reads Go, Ruby, C#, PHP and Rust", () => {
  const go =
    "goroutine 1 [running]:\nmain.total(0x1)\n\t/app/cart/total.go:41 +0x1d\nruntime.main()\n\t/usr/local/go/src/runtime/proc.go:250 +0x1";
  expect(short(go)).toEqual(["/app/cart/total.go:41", "~/usr/local/go/src/runtime/proc.go:250"]);
  const ruby =
    "app/models/cart.rb:41:in 'Cart#total': boom (RuntimeError)\n\tfrom app/main.rb:3:in `<main>'\n\tfrom /usr/lib/ruby/gems/3.3.0/gems/rack/rack.rb:1:in `call'";
  expect(short(ruby)).toEqual([
    "app/models/cart.rb:41",
    "app/main.rb:3",
    "~/usr/lib/ruby/gems/3.3.0/gems/rack/rack.rb:1",
  ]);
  const csharp =
    "System.Exception: x\n   at Acme.Cart.Total(Order o) in C:\\src\\Acme\\Cart.cs:line 41\n   at System.Threading.Tasks.Task.Execute()";
  expect(short(csharp)).toEqual(["/src/Acme/Cart.cs:41"]);
  const php =
    "PHP Fatal error:  Uncaught Exception: x in /app/src/Cart.php:41\nStack trace:\n#0 /app/src/Shop.php(7): Cart->total()\n#1 /app/vendor/x/y.php(9): a()\n#2 {main}\n  thrown in /app/src/Cart.php on line 41";
  expect(short(php).slice(0, 3)).toEqual([
    "/app/src/Cart.php:41",
    "/app/src/Shop.php:7",
    "~/app/vendor/x/y.php:9",
  ]);
  const rust =
    "thread 'main' panicked at src/cart.rs:41:5:\nboom\n   0: core::panicking\n             at /rustc/abc/library/core/src/panicking.rs:72:14\n   1: cart::total\n             at ./src/cart.rs:41:5";
  expect(short(rust)).toEqual([
    "src/cart.rs:41",
    "~/rustc/abc/library/core/src/panicking.rs:72",
    "src/cart.rs:41",
  ]);
});

test("finds path:line in a text of no known form, and nothing where there is nothing", () => {
  expect(short("ERROR in src/cart/discount.ts:41 - broken")).toEqual(["src/cart/discount.ts:41"]);
  expect(short("it does not work since 12:30, see v1.2")).toEqual([]);
  expect(short("")).toEqual([]);
});

test("hostile text is read without running away", () => {
  expect(readTrace("at ".repeat(400_000)).length).toBeLessThanOrEqual(500);
  readTrace(
    `${"    at (((((((((((((((((((((((((((((((((((((((((((((((((((((a:1 ".repeat(10)}\n`.repeat(2_000),
  );
  expect(readTrace(`${"a.b.".repeat(450)}\n`.repeat(500)).length).toBeLessThanOrEqual(500);
  expect(readTrace(`    at ${"a.".repeat(900)}(\n`.repeat(500)).length).toBeLessThanOrEqual(500);
});
