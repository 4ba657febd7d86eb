/** Owns the files of the demo's service as they were first written. */

export const packageJson = `{
  "name": "checkout-api",
  "version": "1.0.0",
  "private": true,
  "type": "module",
  "scripts": {
    "start": "node src/server.ts",
    "test": "node --test test/*.test.ts"
  },
  "dependencies": {
    "express": "4.19.2"
  },
  "engines": { "node": ">=24" }
}
`;

export const readme = `# checkout-api

Prices carts and turns them into orders. The shop calls it; nobody else does.

- \`POST /carts/price\` what the customer would pay
- \`POST /orders\` place the order
`;

export const server = `import express from "express";
import { routes } from "./http/routes.ts";

const app = express();
app.use(express.json());
app.use(routes());

const port = Number(process.env.PORT ?? 8080);
app.listen(port, () => console.log(\`checkout-api listens on \${port}\`));
`;

export const routes = `import { Router } from "express";

export function routes(): Router {
  const router = Router();
  router.get("/health", (_request, response) => response.json({ ok: true }));
  return router;
}
`;

export const money = `/** Amounts are whole cents: floating point loses some. */
export type Cents = number;

export function times(amount: Cents, count: number): Cents {
  return amount * count;
}

export function percentOf(amount: Cents, percent: number): Cents {
  return Math.floor((amount * percent) / 100);
}
`;

export const cart = `import { type Cents, times } from "./money.ts";

export interface CartLine {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: Cents;
}

export interface Cart {
  readonly country: string;
  readonly lines: readonly CartLine[];
  readonly codes: readonly string[];
}

export function subtotal(cart: Cart): Cents {
  return cart.lines.reduce((sum, line) => sum + times(line.unitPrice, line.quantity), 0);
}
`;

export const cartTest = `import assert from "node:assert/strict";
import { test } from "node:test";
import { subtotal } from "../src/cart/cart.ts";

test("adds up its lines", () => {
  const lines = [
    { sku: "mug", quantity: 2, unitPrice: 1250 },
    { sku: "tea", quantity: 1, unitPrice: 799 },
  ];
  assert.equal(subtotal({ country: "DE", lines, codes: [] }), 3299);
});
`;

export const pricing = `import { type Cart, subtotal } from "./cart.ts";
import type { Cents } from "./money.ts";

export interface Price {
  readonly subtotal: Cents;
  readonly total: Cents;
}

export function priceCart(cart: Cart): Price {
  const before = subtotal(cart);
  return { subtotal: before, total: before };
}
`;

export const discount = `import { type Cents, percentOf } from "./money.ts";

export interface Promotion {
  readonly code: string;
  readonly percentOff: number;
  readonly validUntil: string;
}

const promotions: readonly Promotion[] = [
  { code: "WELCOME10", percentOff: 10, validUntil: "2099-12-31" },
  { code: "TEATIME", percentOff: 15, validUntil: "2099-06-30" },
  { code: "LASTYEAR", percentOff: 20, validUntil: "2020-12-31" },
];

/** Promotions a customer may still use. */
function activePromotions(today: Date): readonly Promotion[] {
  return promotions.filter((promotion) => new Date(promotion.validUntil) > today);
}

/** The amount that is left after the best of the codes. */
export function applyDiscounts(amount: Cents, codes: readonly string[], today = new Date()): Cents {
  const best = activePromotions(today)
    .filter((promotion) => codes.includes(promotion.code))
    .toSorted((a, b) => b.percentOff - a.percentOff)[0];
  return best === undefined ? amount : amount - percentOf(amount, best.percentOff);
}
`;

export const discountTest = `import assert from "node:assert/strict";
import { test } from "node:test";
import { applyDiscounts } from "../src/cart/discount.ts";

test("takes the best code", () => {
  assert.equal(applyDiscounts(10_000, ["WELCOME10", "TEATIME"]), 8_500);
});

test("ignores a code that has expired", () => {
  assert.equal(applyDiscounts(10_000, ["LASTYEAR", "WELCOME10"]), 9_000);
});
`;

/** After the change that lets codes stack. An expired code finds no promotion any more: that is the bug. */
export const stackingDiscount = `import { type Cents, percentOf } from "./money.ts";

export interface Promotion {
  readonly code: string;
  readonly percentOff: number;
  readonly validUntil: string;
}

const promotions: readonly Promotion[] = [
  { code: "WELCOME10", percentOff: 10, validUntil: "2099-12-31" },
  { code: "TEATIME", percentOff: 15, validUntil: "2099-06-30" },
  { code: "LASTYEAR", percentOff: 20, validUntil: "2020-12-31" },
];

/** However many codes are entered, this is the most they take off together. */
const highestPercent = 40;

/** Promotions a customer may still use, by their code. */
function activePromotions(today: Date): Record<string, Promotion> {
  const active = promotions.filter((promotion) => new Date(promotion.validUntil) > today);
  return Object.fromEntries(active.map((promotion) => [promotion.code, promotion]));
}

function normalize(code: string): string {
  return code.trim().toUpperCase();
}

/** Each code takes its share of what the codes before it have left. */
function stackedPercent(codes: readonly string[], today: Date): number {
  const active = activePromotions(today);
  let left = 100;
  for (const code of new Set(codes.map(normalize))) {
    left -= (left * active[code].percentOff) / 100;
  }
  return Math.min(100 - left, highestPercent);
}

/** The amount that is left after all codes. */
export function applyDiscounts(amount: Cents, codes: readonly string[], today = new Date()): Cents {
  return amount - percentOf(amount, stackedPercent(codes, today));
}
`;

export const stackingDiscountTest = `import assert from "node:assert/strict";
import { test } from "node:test";
import { applyDiscounts } from "../src/cart/discount.ts";

test("stacks codes", () => {
  assert.equal(applyDiscounts(10_000, ["WELCOME10", "TEATIME"]), 7_650);
});

test("does not care how a code is typed", () => {
  assert.equal(applyDiscounts(10_000, [" welcome10"]), 9_000);
});
`;

export const tax = `import { type Cents, percentOf } from "./money.ts";

const vatPercent: Readonly<Record<string, number>> = { AT: 20, CH: 8.1, DE: 19, FR: 20, NL: 21 };

export function vat(amount: Cents, country: string): Cents {
  return percentOf(amount, vatPercent[country] ?? 0);
}
`;

export const createOrder = `import type { Cart } from "../cart/cart.ts";
import { priceCart } from "../cart/pricing.ts";
import { type Order, saveOrder } from "./order-store.ts";

export async function createOrder(cart: Cart): Promise<Order> {
  const price = priceCart(cart);
  return saveOrder({ lines: cart.lines, price, placedAt: new Date() });
}
`;

export const orderStore = `import { randomUUID } from "node:crypto";
import type { CartLine } from "../cart/cart.ts";
import type { Price } from "../cart/pricing.ts";

export interface NewOrder {
  readonly lines: readonly CartLine[];
  readonly price: Price;
  readonly placedAt: Date;
}

export interface Order extends NewOrder {
  readonly id: string;
}

const orders = new Map<string, Order>();

export async function saveOrder(order: NewOrder): Promise<Order> {
  const saved = { ...order, id: randomUUID() };
  orders.set(saved.id, saved);
  return saved;
}

export async function findOrder(id: string): Promise<Order | undefined> {
  return orders.get(id);
}
`;

export const gateway = `import type { Cents } from "../cart/money.ts";

export interface Charge {
  readonly id: string;
  readonly status: "captured" | "declined";
}

/** Charges a card by the token the shop's page got from the gateway. */
export async function charge(amount: Cents, cardToken: string): Promise<Charge> {
  const response = await fetch("https://gateway.example/v1/charges", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ amount, currency: "EUR", source: cardToken }),
    signal: AbortSignal.timeout(5_000),
  });
  return (await response.json()) as Charge;
}
`;

export const requestLog = `import type { NextFunction, Request, Response } from "express";

export function logRequests(request: Request, response: Response, next: NextFunction): void {
  const startedAt = performance.now();
  response.on("finish", () => {
    const milliseconds = Math.round(performance.now() - startedAt);
    console.log(\`\${request.method} \${request.path} \${response.statusCode} \${milliseconds} ms\`);
  });
  next();
}
`;
