import { execFileSync } from "node:child_process";
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { checkSite } from "../../scripts/docs/check-site.mjs";
import { hasBrowser, withBrowser } from "../support/browser.ts";
import { afterwards, temporaryFolder } from "../support/folders.ts";

const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
const site = path.join(temporaryFolder(), "site");
let found: ReturnType<typeof checkSite>;

beforeAll(() => {
  // In a process of its own: the test's environment would make it one for development.
  const program = `const { buildDocs } = await import("./scripts/docs/build.mjs");
    console.log("\\n" + JSON.stringify(await buildDocs(${JSON.stringify(site)})));`;
  const told = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    stdio: "pipe",
    env: { ...process.env, NODE_ENV: "production" },
  });
  found = JSON.parse(told.trimEnd().split("\n").at(-1)!) as typeof found;
});

/** Serves the site as any server of files does. */
async function serve(): Promise<string> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://site");
    const file = path.join(site, decodeURIComponent(pathname.replace(/\/$/, "/index.html")));
    if (!existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[path.extname(file)] ?? "text/plain" });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  afterwards(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("it is built with every link sound", () => {
  expect(found.wrong).toEqual([]);
  expect(found.links).toBeGreaterThan(found.pages);
  for (const page of ["index.html", "docs/language.html", "docs/recipe-reference.html", "recipes/demo.yaml"])
    expect(existsSync(path.join(site, page))).toBe(true);
});

test.skipIf(!hasBrowser)(
  "in a browser its search finds a word, and nothing comes from elsewhere",
  async () => {
    const address = await serve();
    await withBrowser(async (browser) => {
      const errors: string[] = [];
      for (const [width, height] of [
        [1300, 900],
        [390, 844],
      ] as const) {
        const tab = await browser.newPage({ viewport: { width, height } });
        tab.on("pageerror", (error) => errors.push(String(error)));
        tab.on("request", (request) => {
          if (!request.url().startsWith(address)) errors.push(`asked for ${request.url()}`);
        });
        await tab.goto(`${address}/`, { waitUntil: "networkidle" });
        expect(await tab.locator("h1").innerText()).toContain("Reprise");
        await tab.locator(".VPNavBarSearch button").first().click();
        await tab.locator("input.search-input").fill("heartbeat");
        await tab.locator(".results a", { hasText: "R0512" }).click();
        await tab.waitForURL(/\/docs\/diagnostics\.html#r0512/);
        await tab.locator("h1", { hasText: "Diagnostics" }).waitFor();
        // An expression of a recipe is shown as it is written, and nothing runs out of the page to the right.
        await tab.goto(`${address}/docs/recipe-reference.html`, { waitUntil: "networkidle" });
        expect(await tab.locator("main").innerText()).toContain("with ${{ matrix.<key> }}.");
        expect(await tab.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
        await tab.close();
      }
      expect(errors).toEqual([]);
    });
  },
);
