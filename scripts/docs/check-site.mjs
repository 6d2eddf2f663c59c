// What the generator does not check: anchors, links to files that are no pages, and that a page loads nothing from elsewhere.
import fs from "node:fs";
import path from "node:path";

const HERE = "http://site";

const attributes = (html, pattern) => [...html.matchAll(pattern)].map(([, value]) => decode(value));
const decode = (text) => text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
const filesOf = (folder, ending) =>
  fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(ending));

/** The file that an address of the site names. */
const fileOf = (url) =>
  decodeURIComponent(url.pathname)
    .slice(1)
    .replace(/(^|\/)$/, "$1index.html");

/**
 * Looks at a built site. A file of the checkout that a page links is put beside the pages, so that the link works there too.
 */
export function checkSite(site, checkout) {
  const pages = new Map(
    filesOf(site, ".html").map((file) => [file, fs.readFileSync(path.join(site, file), "utf8")]),
  );
  const anchors = new Map(
    [...pages].map(([file, html]) => [file, new Set(attributes(html, /\sid="([^"]*)"/g))]),
  );
  const wrong = [];
  let links = 0;
  const reached = new Set(["404.html", "index.html"]);
  for (const [page, html] of pages) {
    // What fails while a page is rendered is only told by the generator, and what is left of the page is written.
    if (page !== "404.html" && !/<h1[ >]/.test(html))
      wrong.push(`${page} has no heading: it was not rendered.`);
    for (const address of loadsOf(html)) wrong.push(`${page} loads ${address} from elsewhere.`);
    for (const address of attributes(html, /<a\b[^>]*\shref="([^"]*)"/g)) {
      const url = new URL(address, `${HERE}/${page}`);
      if (url.origin !== HERE) continue;
      links += 1;
      const file = fileOf(url);
      if (page === "index.html") reached.add(file);
      const anchor = decodeURIComponent(url.hash.slice(1));
      if (!isThere(file, site, checkout)) wrong.push(`${page} links ${address}, which is not there.`);
      else if (anchor !== "" && !anchors.get(file)?.has(anchor))
        wrong.push(`${page} links ${address}: there is no such anchor.`);
    }
  }
  for (const page of pages.keys()) if (!reached.has(page)) wrong.push(`${page} is not in the sidebar.`);
  for (const file of filesOf(site, ".css"))
    for (const address of attributes(
      fs.readFileSync(path.join(site, file), "utf8"),
      /(?:url\(|@import)\s*["']?((?:https?:)?\/\/[^"')]*)/g,
    ))
      wrong.push(`${file} loads ${address} from elsewhere.`);
  return { pages: pages.size, links, wrong: [...new Set(wrong)] };
}

/** Scripts, styles, pictures and frames of other places; what is only linked may be anywhere. */
const loadsOf = (html) => [
  ...attributes(html, /\ssrc="((?:https?:)?\/\/[^"]*)"/g),
  ...attributes(html, /<link\b[^>]*\shref="((?:https?:)?\/\/[^"]*)"/g),
];

function isThere(file, site, checkout) {
  if (fs.existsSync(path.join(site, file))) return true;
  const source = path.join(checkout, file);
  if (!fs.statSync(source, { throwIfNoEntry: false })?.isFile()) return false;
  fs.mkdirSync(path.dirname(path.join(site, file)), { recursive: true });
  fs.copyFileSync(source, path.join(site, file));
  return true;
}
