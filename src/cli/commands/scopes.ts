/** Owns `windlass scopes`: the catalogue of scopes, and the fewest for each purpose. */
import { parseArgs, styleText } from "node:util";
import type { Product } from "../../bitbucket/instance.ts";
import {
  kindNames,
  leastRows,
  listNames,
  productNamed,
  productNames,
  purposeNamed,
  scopeNotes,
  scopeRows,
  unconfirmedTicks,
} from "../../bitbucket/scopes/listing.ts";
import { type Purpose, purposes } from "../../bitbucket/scopes/purposes.ts";
import { type Command, UsageError } from "../command.ts";
import { printWidth, table, wrap } from "../table.ts";

const allProducts: readonly Product[] = ["cloud", "data-center", "server"];

const help = `windlass scopes: Bitbucket's permissions, with the name of each tick

Usage: windlass scopes [--product PRODUCT] [--for PURPOSE] [--json]

  --product PRODUCT  only those of cloud, data-center or server
  --for PURPOSE      the fewest scopes for it, by product and credential, each with its reason:
                     sign-in, read-code, pull-requests or webhooks
  --json             one JSON object: {"scopes":[{"list","scope","tick","confirmed","meaning","implies",…}],
                     "least":[{"purpose","product","kind","where","scopes":[{"scope","tick","reasons"}]}]}

The configuration takes the scope's name, Bitbucket's forms show the tick; "confirmed" is false where
nobody has seen the form's words, and the tick is the scope's name. docs/scopes.md holds the same.

Example: windlass scopes --for read-code --product cloud
`;

export const command: Command = {
  name: "scopes",
  summary: "Bitbucket's permissions, with the name of each tick, and the fewest for a purpose",
  help,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { product: { type: "string" }, for: { type: "string" }, json: { type: "boolean" } },
    });
    const products = readProducts(values.product);
    const purpose = readPurpose(values.for);
    process.stdout.write(
      values.json ? `${JSON.stringify(asJson(products, purpose))}\n` : readable(products, purpose),
    );
    return 0;
  },
};

function readProducts(name: string | undefined): readonly Product[] {
  if (name === undefined) return allProducts;
  const product = productNamed(name);
  if (product !== null) return [product];
  throw new UsageError(`--product needs cloud, data-center or server, not ${JSON.stringify(name)}.`);
}

function readPurpose(name: string | undefined): Purpose | null {
  if (name === undefined) return null;
  const purpose = purposeNamed(name);
  if (purpose !== null) return purpose;
  throw new UsageError(`--for needs ${Object.keys(purposes).join(", ")}, not ${JSON.stringify(name)}.`);
}

function asJson(products: readonly Product[], purpose: Purpose | null): object {
  // The keys of the table are the purposes.
  const wanted = purpose === null ? (Object.keys(purposes) as Purpose[]) : [purpose];
  return { scopes: scopeRows(products), least: leastRows(products, wanted) };
}

function readable(products: readonly Product[], purpose: Purpose | null): string {
  const width = printWidth(process.stdout.columns);
  return purpose === null ? catalogue(products, width) : least(products, purpose, width);
}

function catalogue(products: readonly Product[], width: number): string {
  const lists = [...Map.groupBy(scopeRows(products), ({ list }) => list)].map(([list, rows]) => {
    const cells = rows.map(({ scope, tick, ...entry }) => [
      scope,
      ...(list === "oauth" ? [tick] : []),
      [entry.meaning, ...scopeNotes({ tick, ...entry })].join("; "),
    ]);
    return `${styleText("bold", listNames[list])}\n${table(cells, width)}`;
  });
  const ticks = products.some((product) => product !== "cloud")
    ? [`${wrap(unconfirmedTicks, width).join("\n")}\n`]
    : [];
  const server = products.includes("server") ? [`${wrap(signed, width).join("\n")}\n`] : [];
  const more = `The fewest for a purpose: windlass scopes --for ${Object.keys(purposes).join("|")}`;
  return [...lists, ...ticks, ...server, `${wrap(more, width).join("\n")}\n`].join("\n");
}

const signed = "An application link of OAuth 1.0a knows no scopes: a token may do what the person may.";

function least(products: readonly Product[], purpose: Purpose, width: number): string {
  const groups = leastRows(products, [purpose]).map(({ product, kind, where, scopes }) => {
    const title = styleText("bold", `${productNames[product]}, ${kindNames[kind]}`);
    if (scopes.length === 0) return `${title}\n${table([[signed]], width)}`;
    const rows = scopes.map(({ scope, tick, reasons }) => [
      scope,
      ...(tick === scope ? [] : [`“${tick}”`]),
      reasons.join("; "),
    ]);
    return `${title}\n${table(rows, width)}${table([[`at ${where}`]], width)}`;
  });
  const ticks = products.some((product) => product !== "cloud")
    ? `\n${wrap(unconfirmedTicks, width).join("\n")}\n`
    : "";
  return `To ${purposes[purpose]}:\n\n${groups.join("\n")}${ticks}`;
}
