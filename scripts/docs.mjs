// npm run docs: the site of docs/, into site/, with its links checked; `-- --serve` then shows it.
import path from "node:path";
import { parseArgs } from "node:util";
import { root } from "./setup/places.mjs";
import { setUpOrExit } from "./setup.mjs";

const { values } = parseArgs({ options: { serve: { type: "boolean" } } });
await setUpOrExit(["node"]);
const { buildDocs, serveDocs } = await import("./docs/build.mjs");
const { pages, links, wrong } = await buildDocs(path.join(root, "site"));
for (const line of wrong) console.error(line);
console.log(`${pages} pages with ${links} links in site/: ${wrong.length} wrong.`);
if (wrong.length > 0) process.exit(1);
if (values.serve) await serveDocs();
