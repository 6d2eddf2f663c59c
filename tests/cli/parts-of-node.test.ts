import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { BINARY } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const DEMO = path.join(packageRoot, "recipes", "demo.yaml");
const HOOK = path.join(packageRoot, "tests", "support", "say-parts.cjs");

/** Parts of Node that a command loads, and those of them that come after V8's settings were changed. */
async function partsOf(...args: string[]) {
  const cwd = temporaryFolder();
  const { stderr } = await execa(process.execPath, ["--require", HOOK, BINARY, ...args], {
    cwd,
    env: { REPRISE_CACHE: cwd },
  });
  return JSON.parse(stderr) as { loaded: string[]; late: string[] };
}

// Each takes a part of a millisecond, and what it brings along some more.
test.each([[["--version"]], [["status"]]])(
  "reprise %j loads no part of Node that it does not use",
  async (args) => {
    const { loaded } = await partsOf(...args);
    expect(loaded).toContain("vm");
    for (const part of ["crypto", "v8", "child_process", "timers/promises"])
      expect(loaded).not.toContain(part);
  },
);

// Node's own compiled code of a part counts only under the settings that it was made with: later, each is compiled anew.
test.runIf(process.version.startsWith("v20."))(
  "no part is loaded after V8's settings were changed",
  async () => {
    for (const verb of ["validate", "plan"]) {
      const { loaded, late } = await partsOf(verb, DEMO);
      expect(late).toEqual([]);
      expect(loaded).not.toContain("child_process");
    }
  },
);
