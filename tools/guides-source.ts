/** Owns turning `docs/guides` into pages of the dashboard, so that a person who is stuck need not leave it. */
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Marked } from "marked";

const folder = fileURLToPath(new URL("../docs/guides/", import.meta.url));

/** The text of `src/dashboard/guide-texts.ts`. */
export function guidesSource(): string {
  const names = globSync("*.md", { cwd: folder })
    .filter((name) => name !== "README.md")
    .sort();
  const entries = names.map((name) => {
    const { title, body } = readGuide(readFileSync(join(folder, name), "utf8"));
    return `  ${JSON.stringify(basename(name, ".md"))}: {\n    title: ${JSON.stringify(title)},\n    body: ${JSON.stringify(body)},\n  },\n`;
  });
  return `/** Owns the guides as HTML. Made of \`docs/guides\` by \`npm run docs\`; do not edit. */
export const guideTexts: Readonly<Record<string, { readonly title: string; readonly body: string }>> = {
${entries.join("")}};
`;
}

function readGuide(markdown: string): { readonly title: string; readonly body: string } {
  const [, title = "", rest = ""] = /^# (.+)\n([\s\S]*)$/.exec(markdown) ?? [];
  let table = 0;
  const body = converter.parse(rest, { async: false }).replaceAll('aria-label="Table"', () => {
    table += 1;
    return `aria-label="Table ${table}"`;
  });
  return { title, body };
}

/** Links lead to other guides or to the web; what lies elsewhere in the repository is no page here. */
const converter = new Marked({
  renderer: {
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      const guide = /^([a-z0-9-]+)\.md(#.*)?$/.exec(href);
      if (guide !== null) return `<a href="/guides/${guide[1]}${guide[2] ?? ""}">${text}</a>`;
      return /^https?:/.test(href) ? `<a href="${href}" rel="noreferrer">${text}</a>` : text;
    },
    table(token) {
      const row = (cells: typeof token.header, tag: string) =>
        `<tr>${cells.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join("")}</tr>`;
      const body = token.rows.map((cells) => row(cells, "td")).join("");
      return `<div class="guide-table" tabindex="0" role="region" aria-label="Table"><table><thead>${row(token.header, "th")}</thead><tbody>${body}</tbody></table></div>`;
    },
  },
});
