// Paths of a recipe count from its own folder; a subfolder uses the store of its project.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { reprise, start, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";
import { folderWith, shell, until } from "../support/runs.ts";

const READS = { inputs: { d: "${{ inputs.d }}" } };

/** A project with a recipe in a folder of its own, which reads a file beside it and notes where its program runs. */
function project(script = 'pwd >> begun; cat "$REPRISE_INPUT_D" >> begun') {
  const top = temporaryFolder();
  const recipes = path.join(top, "recipes");
  folderWith(recipes, { a: shell(script, READS) }, { inputs: { d: { type: "path", path: "d.txt" } } });
  writeFileSync(path.join(recipes, "d.txt"), "beside\n");
  stopServerAfterwards(top);
  const begun = (): string =>
    existsSync(path.join(recipes, "begun")) ? readFileSync(path.join(recipes, "begun"), "utf8") : "";
  return { top, recipes, begun };
}

test("a recipe reads and works in its own folder, wherever it is run from; a subfolder finds the store", async () => {
  const { top, recipes, begun } = project();
  expect(await reprise(top, ["run", "recipes/r.yaml"])).toMatchObject({ code: 0, stderr: "" });
  expect([begun(), readdirSync(top).sort()]).toEqual([`${recipes}\nbeside\n`, [".reprise", "recipes"]]);
  const below = path.join(top, "a", "b");
  mkdirSync(below, { recursive: true });
  for (const [place, file, store] of [
    [recipes, "r.yaml", "../.reprise"],
    [below, "../../recipes/r.yaml", "../../.reprise"],
  ] as const) {
    const again = await reprise(place, ["run", file, "--json"]);
    const record = JSON.parse(again.stdout) as { steps: { status: string }[] };
    expect([again.stderr, record.steps.map(({ status }) => status)]).toEqual([
      `Using the store '${store}'.`,
      ["reused"],
    ]);
  }
  expect([existsSync(path.join(recipes, ".reprise")), readdirSync(below)]).toEqual([false, []]);
  // What the environment names counts, and needs no word.
  const home = { REPRISE_HOME: path.join(top, "elsewhere") };
  expect(await reprise(below, ["status"], home)).toMatchObject({
    code: 0,
    stderr: "",
    stdout: expect.stringMatching(/^There is no run here yet\./) as string,
  });
}, 120_000);

test("what is not there is looked for in the recipe's folder alone", async () => {
  const { top, recipes } = project();
  rmSync(path.join(recipes, "d.txt"));
  writeFileSync(path.join(top, "d.txt"), "");
  const ended = await reprise(top, ["run", "recipes/r.yaml"]);
  expect(ended.stderr).toContain("There is no 'd.txt' in the recipe's folder.");
  expect(ended.code).toBe(2);
});

test("what an extended recipe names counts from its file, and what --set names from the recipe's", async () => {
  const { top, recipes } = project();
  const other = path.join(top, "other");
  mkdirSync(other);
  writeFileSync(path.join(other, "e.yaml"), "recipe: 1\nname: extending\nextends: ../recipes/r.yaml\n");
  writeFileSync(path.join(other, "here.txt"), "set\n");
  const given = async (...args: string[]) => {
    const { stdout } = await reprise(top, ["plan", "other/e.yaml", "--json", ...args]);
    return (JSON.parse(stdout) as { missing: string[] }).missing;
  };
  expect(await given()).toEqual([]);
  expect(await given("--set", "inputs.d=here.txt")).toEqual([]);
  expect(await given("--set", "inputs.d=d.txt")).toEqual(["d"]);
  expect(await given("--set", `inputs.d=${path.join(recipes, "d.txt")}`)).toEqual([]);
});

const WAITS = "pwd >> begun; while [ ! -e go ]; do sleep 0.1; done";

/** A run that waits for a file 'go', left by Ctrl-C. */
async function left() {
  const made = project(WAITS);
  const running = start(made.top, ["run", "recipes/r.yaml"]);
  await until(() => made.begun() !== "");
  running.kill("SIGINT");
  expect((await running).exitCode).toBe(130);
  const runs = path.join(made.top, ".reprise", "runs");
  return { ...made, file: path.join(runs, readdirSync(runs)[0]!, "run.json") };
}

test("an unfinished run goes on from another folder", async () => {
  const { recipes, begun } = await left();
  writeFileSync(path.join(recipes, "go"), "");
  const ended = await reprise(recipes, ["run", "r.yaml"]);
  expect(ended.stdout).toContain("Going on with run");
  expect([ended.code, begun()]).toEqual([0, `${recipes}\n${recipes}\n`]);
}, 120_000);

test("a run of an earlier version, whose paths count from where it was begun, goes on so", async () => {
  const { top, recipes, begun, file } = await left();
  const { paths, ...before } = JSON.parse(readFileSync(file, "utf8")) as { paths: string; folder: string };
  expect([paths, path.resolve(top, ".reprise", before.folder)]).toEqual(["recipe", top]);
  writeFileSync(file, JSON.stringify(before));
  rmSync(path.join(recipes, "d.txt"));
  writeFileSync(path.join(top, "d.txt"), "beside\n");
  writeFileSync(path.join(top, "go"), "");
  const ended = await reprise(top, ["resume", "last"]);
  expect([ended.stderr, ended.code]).toEqual(["", 0]);
  expect([begun(), readFileSync(path.join(top, "begun"), "utf8")]).toEqual([`${recipes}\n`, `${top}\n`]);
}, 120_000);
