import { expect, test } from "vitest";
import { html } from "./html.ts";
import { page } from "./layout.ts";

const text = (options: Partial<Parameters<typeof page>[0]> = {}) =>
  String(page({ title: "T", brand: "Windlass", main: html`<p>body</p>`, ...options }));

test("a page loads one stylesheet and one script and forbids htmx to evaluate or style", () => {
  const whole = text({ assets: "/x" });
  expect(whole).toContain('<link rel="stylesheet" href="/x/windlass.css">');
  expect(whole.match(/<script/g)).toHaveLength(1);
  expect(whole).toContain("&quot;allowEval&quot;:false");
  expect(whole).toContain("&quot;includeIndicatorStyles&quot;:false");
});

test("the last of the crumbs is the present page, and titles cannot become markup", () => {
  const whole = text({
    crumbs: [{ title: "Projects", href: "/" }, { title: "<b>" }],
    title: "</title><script>",
  });
  expect(whole).toContain('<li aria-current="page"><bdi>&lt;b&gt;</bdi></li>');
  expect(whole).toContain("<title>&lt;/title&gt;&lt;script&gt; · Windlass</title>");
});

test("the emulator's look and ribbon are options", () => {
  const whole = text({ look: "plain", ribbon: "Emulator, not Bitbucket" });
  expect(whole).toContain('<body class="look-plain">');
  expect(whole).toContain('<p class="ribbon">Emulator, not Bitbucket</p>');
});
