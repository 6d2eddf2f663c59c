import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, onTestFinished, TestRunner } from "vitest";

/** Does something when the test that asks for it is over, or the file's tests if none runs yet; the last asked is first. */
export function afterwards(clean: () => unknown): void {
  if (TestRunner.getCurrentTest() === undefined) afterAll(async () => void (await clean()));
  else onTestFinished(async () => void (await clean()));
}

/** A folder that is removed when the test, or the file's tests, are over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "reprise test ü %d-"));
  afterwards(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
