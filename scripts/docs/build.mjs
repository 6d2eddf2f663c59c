import path from "node:path";
import { build, serve } from "vitepress";
import { root } from "../setup/places.mjs";
import { checkSite } from "./check-site.mjs";

const docs = path.join(root, "docs");

/** Writes the site into a folder, and says what is wrong with its links. */
export async function buildDocs(site) {
  await build(docs, { outDir: site });
  return checkSite(site, root);
}

export const serveDocs = () => serve({ root: docs });
