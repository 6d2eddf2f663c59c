import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { checkSite } from "../../scripts/docs/check-site.mjs";
import { temporaryFolder } from "../support/folders.ts";

const SOUND = {
  "index.html": `<h1 id="a">A</h1><a href="/docs/b.html#b">B</a><a href="https://elsewhere.example/">out</a>`,
  "docs/b.html": `<h1 id="b">B</h1><a class="x" href="./../index.html#a">A</a><a href="/">A</a><a href="#b">here</a>`,
};

/** What is wrong with a site of these files, beside a checkout that has recipes/r.yaml. */
function wrongWith(files: Record<string, string>): { wrong: string[]; site: string } {
  const [site, checkout] = [temporaryFolder(), temporaryFolder()];
  const write = (folder: string, name: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };
  for (const [name, text] of Object.entries({ ...SOUND, ...files })) write(site, name, text);
  write(checkout, "recipes/r.yaml", "recipe: 1");
  return { wrong: checkSite(site, checkout).wrong, site };
}

const withB = (more: string) => wrongWith({ "docs/b.html": SOUND["docs/b.html"] + more });

test("a sound site has nothing wrong", () => {
  expect(wrongWith({}).wrong).toEqual([]);
});

test.each([
  [`<a href="c.html">C</a>`, "docs/b.html links c.html, which is not there."],
  [`<a href="../recipes">R</a>`, "docs/b.html links ../recipes, which is not there."],
  [`<a href="/index.html#c">C</a>`, "docs/b.html links /index.html#c: there is no such anchor."],
  [`<a href="#c">C</a>`, "docs/b.html links #c: there is no such anchor."],
  [
    `<script src="https://cdn.example/x.js"></script>`,
    "docs/b.html loads https://cdn.example/x.js from elsewhere.",
  ],
  [
    `<link rel="stylesheet" href="//cdn.example/x.css">`,
    "docs/b.html loads //cdn.example/x.css from elsewhere.",
  ],
])("it tells %s", (html, expected) => {
  expect(withB(html).wrong).toEqual([expected]);
});

test("it tells a page that was not rendered, one that no sidebar has, and fonts from elsewhere", () => {
  expect(wrongWith({ "docs/b.html": `<div id="b"><a href="#b">B</a></div>` }).wrong).toEqual([
    "docs/b.html has no heading: it was not rendered.",
  ]);
  expect(wrongWith({ "c.html": "<h1>C</h1>" }).wrong).toEqual(["c.html is not in the sidebar."]);
  expect(wrongWith({ "a.css": `@font-face { src: url("https://f.example/a.woff2") }` }).wrong).toEqual([
    "a.css loads https://f.example/a.woff2 from elsewhere.",
  ]);
});

test("a file of the checkout that is linked is put beside the pages", () => {
  const { wrong, site } = withB(`<a href="../recipes/r.yaml">R</a>`);
  expect(wrong).toEqual([]);
  expect(existsSync(path.join(site, "recipes/r.yaml"))).toBe(true);
});
