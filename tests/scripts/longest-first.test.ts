import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { LONGEST } from "../support/longest-first.ts";

test("every file that is begun first is there, once", () => {
  expect(LONGEST.filter((name) => !existsSync(path.join(packageRoot, name)))).toEqual([]);
  expect(new Set(LONGEST).size).toBe(LONGEST.length);
});
