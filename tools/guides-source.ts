/** Owns turning `docs/guides` into pages of the dashboard, so that a person who is stuck need not leave it. */
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Marked } from "marked";

/** The names of all pages. */
function pages(): ReadonlySet<string> {
  return new Set(["older-guides", ...globSync("*.md", { cwd: folder }).map((name) => basename(name, ".md"))]);
}

const folder = fileURLToPath(new URL("../docs/guides/", import.meta.url));

/** The text of `src/dashboard/guide-texts.ts`. */
export function guidesSource(): string {
  const names = globSync("*.md", { cwd: folder })
    .filter((name) => name !== "README.md")
    .sort();
  const entries = [...names, "../older-guides.md"].map((name) => {
    const { title, body } = readGuide(readFileSync(join(folder, name), "utf8"));
    return `  ${JSON.stringify(basename(name, ".md"))}: {\n    title: ${JSON.stringify(title)},\n    body: ${JSON.stringify(body)},\n  },\n`;
  });
  return `/** Owns the guides as HTML. Made of \`docs/guides\` by \`npm run docs\`; do not edit. */
export const guideTexts: Readonly<Record<string, { readonly title: string; readonly body: string }>> = {
${entries.join("")}};
`;
}

function readGuide(markdown: string): { readonly title: string; readonly body: string } {
  const [, title = "", rest = ""] = /^# (.+)\n([\s\S]*)$/.exec(withoutRemarks(markdown)) ?? [];
  let table = 0;
  const body = converter.parse(rest, { async: false }).replaceAll('aria-label="Table"', () => {
    table += 1;
    return `aria-label="Table ${table}"`;
  });
  return { title, body };
}

/** What a document says to its tests is no part of the page. */
function withoutRemarks(markdown: string): string {
  return markdown.replaceAll(/<!--[\s\S]*?-->/g, "");
}

/** As the places where documents are read make them: lower case, dashes for spaces, no punctuation. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, "")
    .replaceAll(" ", "-");
}

/** Links lead to other guides or to the web; what lies elsewhere in the repository is no page here. */
const converter = new Marked({
  renderer: {
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      const guide = /^(?:(?:guides|\.\.)\/)?([a-z0-9-]+)\.md(#.*)?$/.exec(href);
      if (guide !== null && pages().has(guide[1] ?? ""))
        return `<a href="/guides/${guide[1]}${guide[2] ?? ""}">${text}</a>`;
      return /^https?:/.test(href) ? `<a href="${href}" rel="noreferrer">${text}</a>` : text;
    },
    heading({ tokens, depth, text }) {
      const inner = this.parser.parseInline(tokens);
      return `<h${depth} id="${anchorOf(text)}">${inner}</h${depth}>`;
    },
    code({ text }) {
      const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
      return `<pre tabindex="0"><code>${escaped}</code></pre>`;
    },
    table(token) {
      const row = (cells: typeof token.header, tag: string) =>
        `<tr>${cells.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join("")}</tr>`;
      const body = token.rows.map((cells) => row(cells, "td")).join("");
      return `<div class="guide-table" tabindex="0" role="region" aria-label="Table"><table><thead>${row(token.header, "th")}</thead><tbody>${body}</tbody></table></div>`;
    },
  },
});
