// The package as npm installs it, in an empty folder: nothing of this checkout may be needed.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { cache } from "../../scripts/setup/places.mjs";
import { afterwards, temporaryFolder } from "../support/folders.ts";

const RECIPE = `recipe: 1
name: count
inputs:
  script: { type: path, path: count.mjs }
steps:
  count:
    uses: run/command
    with:
      argv: [node, "{inputs.script}"]
      inputs: { script: "\${{ inputs.script }}" }
      outputs: { sum: path }
      metrics: [sum]
claims:
  - { id: sum, says: The numbers from one to ten make 55., metric: count.sum, at_least: 55 }
`;
const SCRIPT = `import fs from "node:fs";
const sum = Array.from({ length: 10 }, (_, index) => index + 1).reduce((a, b) => a + b);
fs.writeFileSync(process.env.REPRISE_OUTPUT_SUM + "/sum.json", JSON.stringify(sum));
fs.appendFileSync(process.env.REPRISE_EVENTS, JSON.stringify({ event: "metrics", time: 0, step: 1, values: { sum } }) + "\\n");
`;

const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(REPRISE_|TEMPORAL_|UV_|PIP_|npm_(?!config_))/.test(name),
  ),
);
const plain = { extendEnv: false, reject: false } as const;

const asked = await execa("npm", ["ping", "--fetch-retries=0", "--fetch-timeout=10000"], {
  reject: false,
  timeout: 20_000,
});
if (asked.exitCode !== 0)
  console.warn("SKIPPED: no npm registry answers, so the package cannot be installed in an empty folder.");

/** Installs what `npm pack` makes, and gives how its binary is called there. */
async function install(folder: string) {
  const packed = await execa("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: packageRoot,
  });
  const [{ filename, entryCount, unpackedSize }] = JSON.parse(packed.stdout) as [
    { filename: string; entryCount: number; unpackedSize: number },
  ];
  // 432 files and 8.6 MB when this was written: much more would be a mistake in the list of files.
  expect(entryCount).toBeLessThan(600);
  expect(unpackedSize).toBeLessThan(12e6);
  const place = path.join(folder, "empty");
  mkdirSync(place);
  const options = { cwd: place, env: environment, ...plain };
  const installed = await execa("npm", ["install", "--prefer-offline", path.join(folder, filename)], options);
  expect(installed.exitCode, installed.stderr).toBe(0);
  const call = (
    args: string[],
    { env = {}, cwd = place }: { env?: Record<string, string>; cwd?: string } = {},
  ) =>
    execa(path.join(place, "node_modules", ".bin", "reprise"), args, {
      ...{ ...plain, cwd, env: { ...environment, ...env } },
    });
  afterwards(() => call(["down", "--force"]));
  return { place, call };
}

describe.skipIf(asked.exitCode !== 0)("installed in an empty folder", () => {
  const folder = temporaryFolder();
  let place: string;
  let call: Awaited<ReturnType<typeof install>>["call"];
  beforeAll(async () => {
    ({ place, call } = await install(folder));
  }, 600_000);

  test("it sets itself up, and runs a recipe to its verdict", async () => {
    writeFileSync(path.join(place, "recipe.yaml"), RECIPE);
    writeFileSync(path.join(place, "count.mjs"), SCRIPT);

    // A cache that nobody noted anything in, as that of a new version: what is whole in it is found, not made again.
    const own = path.join(folder, "cache");
    mkdirSync(own);
    for (const name of readdirSync(cache).filter((other) => /^(python|temporal|uv)-[^.]*/.test(other)))
      symlinkSync(path.join(cache, name), path.join(own, name));
    const env = { REPRISE_CACHE: own };
    const first = await call(["run", "recipe.yaml"], { env });
    expect(first.stdout, first.stderr).toMatch(/^REPRODUCED .*\n +count\.sum is 55/m);
    expect(first.exitCode).toBe(0);
    expect(readdirSync(own).filter((name) => name.startsWith("toolchain-"))).toHaveLength(1);

    const record = JSON.parse((await call(["run", "recipe.yaml", "--json"], { env })).stdout) as {
      steps: { status: string }[];
    };
    expect(record.steps.map(({ status }) => status)).toEqual(["reused"]);

    const looked = await call(["doctor", "--json"], { env });
    const { checks } = JSON.parse(looked.stdout) as { checks: { name: string; ok: boolean }[] };
    expect(checks.filter(({ name, ok }) => !ok && name !== "disk" && name !== "memory")).toEqual([]);
    const set = await call(["setup", "--json"], { env });
    expect(JSON.parse(set.stdout)).toMatchObject({ server: expect.stringContaining(own) as string });
    expect(set.stderr).toBe("");
  }, 600_000);

  test("what it brings along is there, and what it lacks is told in a sentence", async () => {
    const recipes = path.join("node_modules", "reprise", "recipes");
    const checked = await call(["validate", path.join(recipes, "*.yaml")]);
    expect(checked.stdout).toContain("demo.yaml: valid");
    expect(checked.exitCode).toBe(0);
    expect((await call(["kind", "new", "lab/halve"])).exitCode).toBe(0);
    expect((await call(["schema", "recipe"])).stdout).toContain('"$schema"');
    expect((await call(["demo", "--help"])).stdout).toContain("--profile");
    const bundle = path.join(place, "node_modules", "reprise", "dist", "bundle");
    const licences = readFileSync(path.join(bundle, "third-party-licences.txt"), "utf8");
    for (const name of ["@temporalio/worker", "commander", "echarts", "execa", "openai", "yaml"])
      expect(licences).toMatch(new RegExp(`^Name: ${name}\n.*?^License Text:`, "ms"));

    const unknown = await call(["setup", "ruby"]);
    expect([unknown.exitCode, unknown.stderr]).toEqual([
      2,
      "There is no part 'ruby' to set up. There are: python, server.",
    ]);
    // Neither a network nor anything to begin with.
    const nowhere = "http://127.0.0.1:9";
    const nothing = {
      ...{ REPRISE_CACHE: path.join(folder, "nothing"), REPRISE_SERVER_DOWNLOADS: nowhere },
      ...{
        UV_DEFAULT_INDEX: nowhere,
        PIP_INDEX_URL: nowhere,
        GOPROXY: "off",
        PIP_RETRIES: "0",
        UV_HTTP_RETRIES: "0",
      },
    };
    const failed = await call(["setup", "server"], { env: nothing });
    expect(failed.stderr).toMatch(/The Temporal server could not be had\./);
    expect(failed.stderr).toMatch(/'reprise setup' tries again\.$/);
    expect(failed.exitCode).toBe(5);
    const ill = await call(["doctor"], { env: nothing });
    expect(`${ill.stdout}${ill.stderr}`).not.toMatch(/ENOENT|Missing script|not found, ,/);
    expect(ill.exitCode).toBe(5);
    expect(readFileSync(path.join(place, "package.json"), "utf8")).toContain("reprise");
  }, 600_000);
});
