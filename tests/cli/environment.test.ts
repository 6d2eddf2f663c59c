import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { cacheIn } from "../support/cache.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";
import { wheel } from "../support/wheel.ts";

const RECIPE = `recipe: 1
name: own
inputs:
  lock: { type: path, path: requirements.lock }
  script: { type: path, path: main.py }
steps:
  count:
    uses: run/command
    with:
      argv: [python, "{inputs.script}", "{outputs.said}"]
      inputs: { script: "\${{ inputs.script }}" }
      outputs: { said: path }
      environment: \${{ inputs.lock }}
      metrics: [number]
`;

const SCRIPT = `import json, os, pathlib, sys
import numbers_of_ours
pathlib.Path(sys.argv[1], "said.json").write_text(json.dumps([sys.prefix, numbers_of_ours.__file__]))
try:
    import torch
    raise SystemExit("torch is not in the lock file")
except ImportError:
    pass
assert "REPRISE_INPUT_ENVIRONMENT" not in os.environ
with open(os.environ["REPRISE_EVENTS"], "a") as events:
    events.write(json.dumps({"event": "metrics", "time": 0, "step": 1, "values": {"number": numbers_of_ours.N}}) + "\\n")
`;

test("a program runs in the Python environment of its lock file, made once; another lock runs it again", async () => {
  const folder = temporaryFolder();
  stopServerAfterwards(folder);
  const env = { REPRISE_CACHE: cacheIn(folder) };
  const lock = (text: string) => writeFileSync(path.join(folder, "requirements.lock"), text);
  const numberOf = async () => {
    const { stdout, code, stderr } = await reprise(folder, ["run", "r.yaml", "--json"], env);
    expect(stderr).not.toContain("Unexpected");
    expect(code, stderr).toBe(0);
    const record = JSON.parse(stdout) as { steps: { metrics: Record<string, number>; status: string }[] };
    return [record.steps[0]!.metrics["number"], record.steps[0]!.status];
  };
  const environments = () =>
    readdirSync(env.REPRISE_CACHE)
      .filter((name) => name.startsWith("environment-"))
      .sort();

  writeFileSync(path.join(folder, "main.py"), SCRIPT);
  writeFileSync(path.join(folder, "r.yaml"), RECIPE);
  lock(wheel(folder, "numbers_of_ours", "1.0", "N = 1\n"));
  expect(await numberOf()).toEqual([1, "done"]);
  const made = environments();
  expect(made).toHaveLength(1);
  expect(made[0]).not.toContain("partial");
  expect(await numberOf()).toEqual([1, "reused"]);

  lock(wheel(folder, "numbers_of_ours", "2.0", "N = 2\n"));
  expect((await reprise(folder, ["plan", "r.yaml"], env)).stdout).toContain("input lock changed");
  expect(await numberOf()).toEqual([2, "done"]);
  expect(environments()).toHaveLength(2);

  // A script of another text runs again in the environment that is there.
  writeFileSync(path.join(folder, "main.py"), `${SCRIPT}\n# more\n`);
  expect(await numberOf()).toEqual([2, "done"]);
  expect(environments()).toHaveLength(2);
});

test.each([
  ["no version", "numbers_of_ours\n", "numbers"],
  ["another file", "-r other.txt\n", "Line 1 of the lock file names something outside of it"],
  [
    "no such wheel",
    "numbers_of_ours @ file:///nowhere/numbers_of_ours-1.0-py3-none-any.whl --hash=sha256:" + "0".repeat(64),
    "nowhere",
  ],
])(
  "a lock file that does not decide what is installed, or cannot be installed, is told: %s",
  async (_, text, told) => {
    const folder = temporaryFolder();
    stopServerAfterwards(folder);
    const cache = cacheIn(folder);
    writeFileSync(path.join(folder, "main.py"), SCRIPT);
    writeFileSync(path.join(folder, "r.yaml"), RECIPE);
    writeFileSync(path.join(folder, "requirements.lock"), text);
    const { code, stdout } = await reprise(folder, ["run", "r.yaml"], { REPRISE_CACHE: cache });
    expect(code).toBe(1);
    expect(stdout).toContain("The step 'count' failed");
    expect(stdout).toContain("The making of the step's environment");
    expect(stdout).toContain(told);
    expect(readdirSync(cache).filter((name) => name.startsWith("environment-"))).toEqual([]);
  },
);

test("a lock that is a folder is told without a stack", async () => {
  const folder = temporaryFolder();
  stopServerAfterwards(folder);
  writeFileSync(path.join(folder, "main.py"), SCRIPT);
  writeFileSync(path.join(folder, "r.yaml"), RECIPE);
  mkdirSync(path.join(folder, "requirements.lock"));
  const { code, stdout } = await reprise(folder, ["run", "r.yaml"], { REPRISE_CACHE: cacheIn(folder) });
  expect(code).toBe(1);
  expect(stdout).toContain("cannot be read: it is a folder");
  expect(stdout).not.toMatch(/^ +at /m);
});

test("a lock file that is not an input of the recipe is refused with its place", async () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, "main.py"), SCRIPT);
  writeFileSync(path.join(folder, "requirements.lock"), "");
  writeFileSync(path.join(folder, "r.yaml"), RECIPE.replace("${{ inputs.lock }}", "requirements.lock"));
  const { code, stderr, stdout } = await reprise(folder, ["validate", "r.yaml"]);
  expect(code).toBe(2);
  expect(readFileSync(path.join(folder, "r.yaml"), "utf8")).toContain("environment: requirements.lock");
  expect(stdout + stderr).toContain("r.yaml:13:20: 'requirements.lock' is no reference.");
});
