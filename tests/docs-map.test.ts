import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const documents = globSync("{*.md,docs/**/*.md,examples/*.md,bench/*.md}", { cwd: root }).toSorted();

interface Link {
  readonly target: string;
  readonly anchor: string;
}

/** Links of a document to files of the project, from its root. Code is not looked at. */
function linksOf(path: string): readonly Link[] {
  const text = readFileSync(join(root, path), "utf8")
    .replace(/^```.*?^```$/gms, "")
    .replace(/`[^`\n]*`/g, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [file = "", anchor = ""] = link.split("#");
    return [{ target: file === "" ? path : relative(root, join(root, dirname(path), file)), anchor }];
  });
}

/** As they are made of headings: lower case, without marks, spaces as dashes; the second of a kind is numbered. */
function anchorsOf(path: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const text = readFileSync(join(root, path), "utf8").replace(/^```.*?^```$/gms, "");
  return new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => {
      const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
      const anchor = plain
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .trim()
        .replace(/\s/g, "-");
      const count = seen.get(anchor) ?? 0;
      seen.set(anchor, count + 1);
      return count === 0 ? anchor : `${anchor}-${count}`;
    }),
  );
}

test("no link in the documents leads nowhere", () => {
  const dead = documents.flatMap((path) =>
    linksOf(path)
      .filter(({ target, anchor }) => {
        const place = join(root, target);
        if (!existsSync(place)) return true;
        return (
          anchor !== "" &&
          statSync(place).isFile() &&
          target.endsWith(".md") &&
          !anchorsOf(target).has(anchor)
        );
      })
      .map(({ target, anchor }) => `${path} → ${target}${anchor === "" ? "" : `#${anchor}`}`),
  );
  expect(dead).toEqual([]);
});

test("docs/README.md leads to every document, and README.md to it", () => {
  const mapped = new Set(linksOf("docs/README.md").map(({ target }) => target));
  const guides = linksOf("docs/guides/README.md").map(({ target }) => target);
  const wanted = documents.filter((path) => /^docs\/[^/]+\.md$/.test(path) && path !== "docs/README.md");
  expect(wanted.filter((path) => !mapped.has(path))).toEqual([]);
  const below = documents.filter((path) => /^docs\/guides\//.test(path) && path !== "docs/guides/README.md");
  expect(below.filter((path) => !guides.includes(path) && !mapped.has(path))).toEqual([]);
  expect(linksOf("README.md").map(({ target }) => target)).toContain("docs/README.md");
});
