import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { findToolchain } from "../../host/toolchain.ts";
import { buildInformation } from "../../scripts/setup/build-information.mjs";
import { ONLY_CUDA, wantedPackages } from "../../scripts/setup/python.mjs";
import { temporaryFolder } from "../support/folders.ts";

const lock = readFileSync(path.join(packageRoot, "trainer", "requirements.lock"), "utf8");
const namesIn = (text: string) => [...text.matchAll(/^([a-z0-9][a-z0-9._-]*)==/gm)].map(([, name]) => name!);

test("with a GPU every locked package is wanted; without, all but those that only CUDA needs", () => {
  expect(wantedPackages(true)).toBe(lock);
  const all = namesIn(lock);
  for (const name of ONLY_CUDA) expect(all).toContain(name);
  expect(namesIn(wantedPackages(false))).toEqual(all.filter((name) => !ONLY_CUDA.has(name)));
});

test("each package that is wanted keeps its digests", () => {
  const digests = (text: string, name: string) =>
    text.split(/^(?=[a-z0-9])/m).find((block) => block.startsWith(`${name}==`));
  for (const name of ["torch", "trl", "xxhash"])
    expect(digests(wantedPackages(false), name)).toBe(digests(lock, name));
});

test("a program of Go says what it was built from; another one is refused", () => {
  const { server } = findToolchain();
  expect(buildInformation(server!)).toMatchObject({
    module: expect.stringMatching(/^github\.com\/temporalio\/cli$/),
    version: expect.stringMatching(/^v1\./),
  });
  const other = path.join(temporaryFolder(), "other");
  writeFileSync(other, "no program");
  expect(() => buildInformation(other)).toThrow("carries no build information of Go");
});
