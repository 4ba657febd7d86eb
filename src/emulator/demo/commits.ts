/** Owns what happened to the demo's service, commit by commit: who changed what, and how long ago. */
import * as sources from "./sources.ts";

/** A file written whole, changed in places, moved or removed. */
export type Step =
  | { readonly write: string; readonly content: string | Uint8Array }
  | { readonly edit: string; readonly replace: string; readonly with: string }
  | { readonly rename: string; readonly to: string };

export interface DemoCommit {
  readonly id: string;
  readonly author: keyof typeof people;
  readonly daysAgo: number;
  readonly subject: string;
  readonly body?: string;
  readonly branch?: string;
  readonly parents?: readonly string[];
  readonly steps: readonly Step[];
}

/** Those with an address of the default seed are shown as users; the others only by what the commit says. */
export const people = {
  john: "John Doe <user@example.com>",
  jane: "Jane Roe <jane@example.com>",
  uma: "Uma Unconfirmed <uma.second@example.com>",
  kim: "Kim Noname <kim@example.com>",
  nora: "Nora Nomail <nora@laptop.local>",
  bot: "acme-bot <bot@acme.example>",
} as const;

/** The commit that brought the bug, by its subject. */
export const culpritSubject = "Let promotion codes stack";

/** A picture of 1 × 1 pixel, so that the history holds a binary file. */
const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

export const commits: readonly DemoCommit[] = [
  {
    id: "start",
    author: "john",
    daysAgo: 24.8,
    subject: "Start the checkout service",
    steps: [
      { write: "package.json", content: sources.packageJson },
      { write: "README.md", content: sources.readme },
      { write: ".gitignore", content: "node_modules/\n.env\n" },
      { write: "src/server.ts", content: sources.server },
      { write: "src/http/routes.ts", content: sources.routes },
    ],
  },
  {
    id: "cart",
    author: "jane",
    daysAgo: 23.9,
    subject: "Model the cart and add up its lines",
    steps: [
      { write: "src/cart/money.ts", content: sources.money },
      { write: "src/cart/cart.ts", content: sources.cart },
      { write: "test/cart.test.ts", content: sources.cartTest },
    ],
  },
  {
    id: "pricing",
    author: "kim",
    daysAgo: 22.7,
    subject: "Price a cart for the checkout page",
    steps: [
      { write: "src/cart/pricing.ts", content: sources.pricing },
      {
        edit: "src/http/routes.ts",
        replace: '  router.get("/health"',
        with: '  router.post("/carts/price", (request, response) => response.json(priceCart(request.body)));\n  router.get("/health"',
      },
      {
        edit: "src/http/routes.ts",
        replace: 'import { Router } from "express";\n',
        with: 'import { Router } from "express";\nimport { priceCart } from "../cart/pricing.ts";\n',
      },
    ],
  },
  {
    id: "promotions",
    author: "john",
    daysAgo: 20.8,
    subject: "Add promotion codes",
    steps: [
      { write: "src/cart/discount.ts", content: sources.discount },
      { write: "test/discount.test.ts", content: sources.discountTest },
      {
        edit: "src/cart/pricing.ts",
        replace: "total: before };",
        with: "total: applyDiscounts(before, cart.codes) };",
      },
      {
        edit: "src/cart/pricing.ts",
        replace: 'import type { Cents } from "./money.ts";',
        with: 'import { applyDiscounts } from "./discount.ts";\nimport type { Cents } from "./money.ts";',
      },
    ],
  },
  {
    id: "vat",
    author: "uma",
    daysAgo: 19.7,
    subject: "Charge VAT by the country of delivery",
    steps: [
      { write: "src/cart/tax.ts", content: sources.tax },
      {
        edit: "src/cart/pricing.ts",
        replace: "  return { subtotal: before, total: applyDiscounts(before, cart.codes) };",
        with: "  const discounted = applyDiscounts(before, cart.codes);\n  const tax = vat(discounted, cart.country);\n  return { subtotal: before, tax, total: discounted + tax };",
      },
      {
        edit: "src/cart/pricing.ts",
        replace: "  readonly total: Cents;",
        with: "  readonly tax: Cents;\n  readonly total: Cents;",
      },
      {
        edit: "src/cart/pricing.ts",
        replace: 'from "./money.ts";\n',
        with: 'from "./money.ts";\nimport { vat } from "./tax.ts";\n',
      },
    ],
  },
  {
    id: "orders",
    author: "jane",
    daysAgo: 17.9,
    subject: "Create orders from priced carts",
    steps: [
      { write: "src/orders/create-order.ts", content: sources.createOrder },
      { write: "src/orders/order-store.ts", content: sources.orderStore },
      {
        edit: "src/http/routes.ts",
        replace: '  router.get("/health"',
        with: '  router.post("/orders", async (request, response, next) => {\n    try {\n      response.status(201).json(await createOrder(request.body));\n    } catch (error) {\n      next(error);\n    }\n  });\n  router.get("/health"',
      },
      {
        edit: "src/http/routes.ts",
        replace: 'pricing.ts";\n',
        with: 'pricing.ts";\nimport { createOrder } from "../orders/create-order.ts";\n',
      },
    ],
  },
  {
    id: "express",
    author: "bot",
    daysAgo: 16.6,
    subject: "chore(deps): bump express from 4.19.2 to 4.21.1",
    steps: [{ edit: "package.json", replace: "4.19.2", with: "4.21.1" }],
  },
  {
    id: "case",
    author: "jane",
    daysAgo: 14.8,
    subject: "Ignore case in promotion codes",
    steps: [
      {
        edit: "src/cart/discount.ts",
        replace: "    .filter((promotion) => codes.includes(promotion.code))",
        with: "    .filter((promotion) => codes.map(normalize).includes(promotion.code))",
      },
      {
        edit: "src/cart/discount.ts",
        replace: "/** The amount that is left after the best",
        with: "function normalize(code: string): string {\n  return code.trim().toUpperCase();\n}\n\n/** The amount that is left after the best",
      },
    ],
  },
  {
    id: "gateway",
    author: "kim",
    daysAgo: 13.9,
    branch: "feature/payments",
    parents: ["case"],
    subject: "Talk to the payment gateway",
    steps: [{ write: "src/payments/gateway.ts", content: sources.gateway }],
  },
  {
    id: "log",
    author: "john",
    daysAgo: 13.6,
    subject: "Log requests with their duration",
    steps: [
      { write: "src/http/request-log.ts", content: sources.requestLog },
      {
        edit: "src/server.ts",
        replace: "app.use(routes());",
        with: "app.use(logRequests);\napp.use(routes());",
      },
      {
        edit: "src/server.ts",
        replace: 'import { routes } from "./http/routes.ts";',
        with: 'import { logRequests } from "./http/request-log.ts";\nimport { routes } from "./http/routes.ts";',
      },
    ],
  },
  {
    id: "currency",
    author: "kim",
    daysAgo: 12.8,
    branch: "feature/payments",
    subject: "Send the gateway the idempotency key it wants",
    steps: [
      {
        edit: "src/payments/gateway.ts",
        replace: '"Content-Type": "application/json" }',
        with: '"Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() }',
      },
    ],
  },
  {
    id: "merge",
    author: "john",
    daysAgo: 11.9,
    parents: ["log", "currency"],
    subject: "Merged in feature/payments (pull request #7)",
    body: "Talk to the payment gateway\n\nApproved-by: Jane Roe",
    steps: [
      {
        write: "src/payments/gateway.ts",
        content: sources.gateway.replace(
          '"Content-Type": "application/json" }',
          '"Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() }',
        ),
      },
    ],
  },
  {
    id: "rename",
    author: "nora",
    daysAgo: 9.8,
    subject: "Call the order store what it is: a repository",
    steps: [
      { rename: "src/orders/order-store.ts", to: "src/orders/order-repository.ts" },
      {
        edit: "src/orders/create-order.ts",
        replace: "./order-store.ts",
        with: "./order-repository.ts",
      },
    ],
  },
  {
    id: "round",
    author: "uma",
    daysAgo: 7.7,
    subject: "Round percentages half up",
    steps: [{ edit: "src/cart/money.ts", replace: "Math.floor(", with: "Math.round(" }],
  },
  {
    id: "picture",
    author: "jane",
    daysAgo: 5.9,
    subject: "Show in the README how a price comes about",
    steps: [
      { write: "docs/price.png", content: pixel },
      {
        edit: "README.md",
        replace: "\n- `POST /carts/price`",
        with: "\n![subtotal, codes, VAT, total](docs/price.png)\n\n- `POST /carts/price`",
      },
    ],
  },
  {
    id: "stack",
    author: "kim",
    daysAgo: 3.8,
    subject: culpritSubject,
    body: "Marketing wants WELCOME10 and TEATIME to work together. Together they take\n40 % off at most.",
    steps: [
      { write: "src/cart/discount.ts", content: sources.stackingDiscount },
      { write: "test/discount.test.ts", content: sources.stackingDiscountTest },
    ],
  },
  {
    id: "empty",
    author: "john",
    daysAgo: 2.9,
    subject: "Refuse to order an empty cart",
    steps: [
      {
        edit: "src/orders/create-order.ts",
        replace: "  const price",
        with: '  if (cart.lines.length === 0) throw new Error("The cart is empty.");\n  const price',
      },
    ],
  },
  {
    id: "giftcards",
    author: "kim",
    daysAgo: 2.5,
    branch: "feature/gift-cards",
    parents: ["stack"],
    subject: "Sketch gift cards",
    steps: [
      {
        write: "src/payments/gift-card.ts",
        content: "export interface GiftCard {\n  readonly number: string;\n  readonly balance: number;\n}\n",
      },
    ],
  },
  {
    id: "readme",
    author: "uma",
    daysAgo: 1.8,
    subject: "Explain how to run the service locally",
    steps: [
      {
        edit: "README.md",
        replace: "place the order\n",
        with: "place the order\n\nRun it with `npm start`; `PORT` says where it listens (8080).\n",
      },
    ],
  },
  {
    id: "timeout",
    author: "jane",
    daysAgo: 0.9,
    subject: "Read the gateway's timeout from the environment",
    steps: [
      {
        edit: "src/payments/gateway.ts",
        replace: "AbortSignal.timeout(5_000)",
        with: "AbortSignal.timeout(Number(process.env.GATEWAY_TIMEOUT_MS ?? 5_000))",
      },
    ],
  },
  {
    id: "release",
    author: "bot",
    daysAgo: 0.2,
    subject: "chore: release 1.2.0",
    steps: [{ edit: "package.json", replace: '"version": "1.0.0"', with: '"version": "1.2.0"' }],
  },
];
