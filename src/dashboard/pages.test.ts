import { expect, test } from "vitest";
import { fc } from "../../tests/property.ts";
import { samples } from "../../tools/gallery/samples.ts";

/** Tags and the names of their attributes, in order; fails when a `<` or `>` stands outside of a tag. */
function skeleton(document: string): string[] {
  const tag = /<(\/?[a-z!][a-z0-9]*)((?:\s+[a-z:-]+(?:="[^"]*")?)*)\s*\/?>/gi;
  const rest = document.replace(tag, "");
  expect(rest).not.toMatch(/[<>]/);
  return [...document.matchAll(tag)].map(
    ([, name, attributes = ""]) =>
      `${name} ${[...attributes.matchAll(/([a-z:-]+)(?:="[^"]*")?/gi)].map(([, each]) => each).join(" ")}`,
  );
}

/** Every address is a path of ours, a place on the page, or on the web. */
function expectSafeAddresses(document: string): void {
  for (const [, address = ""] of document.matchAll(/\s(?:href|action|src|hx-get|formaction)="([^"]*)"/g)) {
    expect(address).toMatch(/^(\/(?!\/)|https?:\/\/|#)/);
  }
}

const hostile = fc.oneof(
  fc.constantFrom(
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '" style="color:red" x="',
    "</textarea></title></pre><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "<!--",
    "toString",
    "__proto__",
    "]]><svg/onload=alert(1)>",
    "\u202Egnp.exe",
    "{{1}}",
  ),
  fc.string({ minLength: 1, unit: "binary" }).filter((text) => text.trim() !== ""),
);

test.each(Object.entries(samples))("%s: no text of the model can become markup", (_, sample) => {
  const plain = skeleton(String(sample.withTexts(() => "plain")));
  fc.assert(
    fc.property(hostile, (text) => {
      const document = String(sample.withTexts(() => text));
      expect(skeleton(document)).toEqual(plain);
      expectSafeAddresses(document);
    }),
    { numRuns: 60 },
  );
});

test.each(Object.entries(samples))(
  "%s: holds no inline style, script or handler, and links only to the web",
  (_, { html }) => {
    const document = String(html());
    expect(document).not.toMatch(/\sstyle=|<style|\son[a-z]+=|javascript:/i);
    const withoutFiles = document.replaceAll(/<script src="\/assets\/[a-z-]+\.js" defer><\/script>/g, "");
    expect(withoutFiles).not.toMatch(/<script/i);
    for (const [, address = ""] of document.matchAll(/(?:href|action|src|hx-get|formaction)="([^"]*)"/g)) {
      expect(address).toMatch(/^(\/(?!\/)|https?:\/\/|#)/);
    }
  },
);

test.each(Object.entries(samples))(
  "%s: every form that posts carries the token, and ids are unique",
  (_, { html }) => {
    const document = String(html());
    for (const [form] of document.matchAll(/<form[^>]*method="post"[\s\S]*?<\/form>/g)) {
      expect(form).toContain('name="csrf" value="sample-csrf"');
    }
    const ids = [...document.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(document.match(/<h1/g)).toHaveLength(1);
  },
);
