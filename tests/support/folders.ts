import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, onTestFinished, TestRunner } from "vitest";

// Asked for within beforeAll, a hook of its own would never be called: one stands here from the beginning.
const left: (() => unknown)[] = [];
afterAll(async () => {
  for (const clean of left.splice(0).toReversed()) await clean();
});

/** Does something when the test that asks for it is over, or the file's tests if none runs yet; the last asked is first. */
export function afterwards(clean: () => unknown): void {
  if (TestRunner.getCurrentTest() === undefined) left.push(clean);
  else onTestFinished(async () => void (await clean()));
}

/** A folder that is removed when the test, or the file's tests, are over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "reprise test ü %d-"));
  afterwards(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}
