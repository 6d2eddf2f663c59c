import { readdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../core/package-root.ts";

const folder = path.join(packageRoot, "benchmarks");

test.each(readdirSync(folder).filter((name) => name.endsWith(".mjs")))(
  "%s finds all that it imports, and can be called",
  async (name) => {
    const found = (await import(path.join(folder, name))) as { bench?: unknown };
    expect(found.bench).toBeTypeOf("function");
  },
);
