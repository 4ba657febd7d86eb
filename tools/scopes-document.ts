/** Owns `docs/scopes.md`: the catalogue of scopes as a document. */
import type { Product } from "../src/bitbucket/instance.ts";
import {
  kindNames,
  leastRows,
  listNames,
  productNames,
  type ScopeRow,
  scopeNotes,
  scopeRows,
  unconfirmedTicks,
} from "../src/bitbucket/scopes/listing.ts";
import { type Purpose, purposes } from "../src/bitbucket/scopes/purposes.ts";

const products: readonly Product[] = ["cloud", "data-center", "server"];

/** The document, whole. */
export function scopesDocument(): string {
  // The keys of the table are the purposes.
  const wanted = Object.keys(purposes) as Purpose[];
  return `# Scopes

What each permission of Bitbucket lets an app do, how the tick is called on the form that grants it, and the fewest that
each purpose needs. \`windlass scopes\` prints the same; \`windlass doctor\` and every refusal name the ticks as they stand here.

A scope that another one brings along need not be ticked. Bitbucket may grant less than was asked: what was *granted* is kept
with each connection and compared with what is needed.

*${unconfirmedTicks}*

Written from \`src/bitbucket/scopes/\` by \`npm run docs\`.

## The fewest for each purpose

${wanted.map(purposeSection).join("\n")}
## All of them

${[...Map.groupBy(scopeRows(products), ({ list }) => list)].map(([list, rows]) => listSection(listNames[list], rows)).join("\n")}`;
}

function purposeSection(purpose: Purpose): string {
  const rows = leastRows(products, [purpose]).map(({ product, kind, where, scopes }) => {
    const needed = scopes.map(
      ({ scope, tick, reasons }) =>
        `\`${scope}\`${tick === scope ? "" : ` (“${tick}”)`} ${reasons.join("; ")}`,
    );
    const cell = scopes.length === 0 ? "no scopes: a token may do what the person may" : needed.join("<br>");
    return `| ${productNames[product]} | ${kindNames[kind]} | ${cell} | ${where} |`;
  });
  return `### To ${purposes[purpose]} (\`${purpose}\`)

| product | credential | scopes | where they are ticked |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

function listSection(name: string, rows: readonly ScopeRow[]): string {
  const isCloud = rows[0]?.list === "oauth";
  const head = isCloud
    ? "| scope | tick | lets an app | API token's scopes | access tokens | |\n| --- | --- | --- | --- | --- | --- |"
    : "| scope | lets an app | |\n| --- | --- | --- |";
  const lines = rows.map((row) => {
    const { scope, tick, meaning, apiToken = [], accessTokens = [] } = row;
    const notes = scopeNotes(row).join("; ");
    const middle = [code(apiToken), accessTokens.join(", ")].map((cell) => cell || "–");
    const cells = isCloud
      ? [code([scope]), tick, meaning, ...middle, notes]
      : [code([scope]), meaning, notes];
    return `| ${cells.join(" | ")} |`;
  });
  const note = rows.every(({ confirmed }) => confirmed)
    ? ""
    : "*The forms' own words are not confirmed.*\n\n";
  return `### ${name}\n\n${note}${head}\n${lines.join("\n")}\n`;
}

const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");
