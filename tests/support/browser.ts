import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((place) =>
  existsSync(place),
);

/** Whether this machine has one: Chromium is not among the packages that the set-up installs. */
export const hasBrowser = CHROMIUM !== undefined;
if (!hasBrowser) console.warn("SKIPPED: no Chromium on this machine, pages are not looked at in a browser");

/** Starts the machine's browser, does something with it, and ends it. */
export async function withBrowser(use: (browser: Browser) => Promise<void>): Promise<void> {
  const browser = await chromium.launch({
    executablePath: CHROMIUM!,
    args: ["--no-sandbox", "--disable-background-networking"],
  });
  try {
    await use(browser);
  } finally {
    await browser.close();
  }
}
