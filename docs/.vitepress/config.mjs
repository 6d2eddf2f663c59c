// The site of `npm run docs`: this folder's pages, the README as its first, and what stands beside them.
import { slug } from "github-slugger";
import { defineConfig } from "vitepress";
import { sidebar } from "./sidebar.mjs";

export default defineConfig({
  title: "Reprise",
  description: "Reproduce a paper from one YAML recipe: a durable, checked run from raw data to verdict.",
  // None: a browser would ask for one.
  head: [["link", { rel: "icon", href: "data:," }]],
  srcDir: "..",
  outDir: "../site",
  cacheDir: "../node_modules/.reprise/vitepress",
  srcExclude: ["!(docs|benchmarks|README.md|CHANGELOG.md|CONTRIBUTING.md)/**", "benchmarks/*/**"],
  rewrites: { "README.md": "index.md" },
  markdown: {
    // An anchor leads to the same heading here and at a forge.
    anchor: { slugify: slug },
    config: (md) => {
      // An expression of a recipe is none of the site's.
      for (const kind of ["text", "code_inline"]) {
        const plain = md.renderer.rules[kind];
        md.renderer.rules[kind] = (...given) => plain(...given).replaceAll("{{", "&#123;&#123;");
      }
    },
  },
  themeConfig: {
    sidebar,
    search: { provider: "local" },
    outline: [2, 3],
  },
});
