import { chmodSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { BINARY } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const DEMO = path.join(packageRoot, "recipes", "demo.yaml");
const itself = !("enableCompileCache" in (await import("node:module")).default);

function place() {
  const cache = temporaryFolder();
  const validate = async (recipe = DEMO) => {
    const { stdout } = await execa(process.execPath, [BINARY, "validate", recipe], {
      cwd: cache,
      env: { REPRISE_CACHE: cache },
    });
    expect(stdout).toContain("valid, ");
  };
  const compiled = path.join(cache, "compiled");
  const only = () => {
    const names = readdirSync(compiled);
    expect(names).toHaveLength(1);
    return path.join(compiled, names[0]!);
  };
  return { cache, compiled, validate, only };
}

test.runIf(itself)("what was compiled is kept, and a damaged one is made anew", async () => {
  const { validate, only } = place();
  await validate();
  const kept = only();
  const whole = readFileSync(kept);
  await validate();
  expect(readFileSync(kept).equals(whole)).toBe(true);
  const damaged = Buffer.from(whole);
  for (let at = 100; at < damaged.length; at += 1_000) damaged[at]! ^= 255;
  for (const bytes of [damaged, whole.subarray(0, whole.length / 2), Buffer.alloc(0)]) {
    writeFileSync(kept, bytes);
    await validate();
    expect(readFileSync(only()).length).toBeGreaterThan(bytes.length / 2 + 1_000);
    expect(readFileSync(kept).equals(bytes)).toBe(false);
  }
});

test.runIf(itself)("what one call needs more is added, and stays", async () => {
  const { cache, validate, only } = place();
  const other = path.join(cache, "other.yaml");
  const step = { uses: "run/command", with: { argv: ["true"], outputs: { x: "path" } } };
  writeFileSync(other, JSON.stringify({ recipe: 1, name: "other", steps: { step } }));
  await validate();
  const few = readFileSync(only());
  await validate(other);
  const more = readFileSync(only());
  expect(more.length).toBeGreaterThan(few.length);
  await validate();
  await validate(other);
  expect(readFileSync(only()).equals(more)).toBe(true);
});

test.runIf(itself)("of another build nothing is taken, and only the newest stay", async () => {
  const { compiled, validate } = place();
  mkdirSync(compiled);
  for (let build = 0; build < 30; build++) {
    const other = path.join(compiled, `validate-${build}-${process.version}-${process.arch}.v8`);
    writeFileSync(other, "another build's");
    utimesSync(other, build, build);
  }
  await validate();
  const names = readdirSync(compiled);
  expect(names).toHaveLength(24);
  expect(names.some((name) => name.startsWith("validate-6-"))).toBe(false);
  expect(names.some((name) => name.startsWith("validate-7-"))).toBe(true);
});

test("a command works where nothing can be kept", async () => {
  const { compiled, validate } = place();
  writeFileSync(compiled, "no folder");
  await validate();
  chmodSync(compiled, 0);
  await validate();
});
