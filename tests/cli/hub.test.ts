import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { PYTHON_ENVIRONMENT, requireTool } from "../../host/toolchain.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
stopServerAfterwards(folder);

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const TINY = `
import sys
from pathlib import Path
from reprise_trainer.models.qwen2_vl.tiny import build_model
row = {"question": "On the way, which?", "options": ["A: red", "B: blue"], "targets": {"letter": "<answer>A</answer>"}}
build_model(Path(sys.argv[1]), [row], hidden=64, layers=2, vocabulary=320, seed=0)
`;

/** A hub's cache with a tiny model, as a download of `main` leaves it. */
async function cacheWithTinyModel(): Promise<string> {
  const cache = path.join(folder, "hf");
  const repository = path.join(cache, "hub", "models--org--tiny");
  for (const name of ["refs", `snapshots/${COMMIT}`])
    mkdirSync(path.join(repository, name), { recursive: true });
  writeFileSync(path.join(repository, "refs", "main"), COMMIT);
  const python = requireTool("python");
  await execa(python, ["-c", TINY, path.join(repository, "snapshots", COMMIT)], {
    env: PYTHON_ENVIRONMENT,
  });
  return cache;
}

const recipe = (model: string): string => `recipe: 1
name: hub
accept: { R0515: "the record names the commit" }
steps:
  walks: { uses: data/synthesize, with: { size: 64, clips: { eval: 1 } } }
  frames: { uses: frames/extract, with: { dataset: "\${{ steps.walks.outputs.dataset }}", size: 28x28 } }
  score:
    uses: eval/mcq
    with:
      { model: ${model}, dataset: "\${{ steps.frames.outputs.dataset }}", split: eval, max_completion_length: 4 }
`;

const records = (): RunRecord[] => {
  const runs = path.join(folder, ".reprise", "runs");
  const files = readdirSync(runs).map((name) => path.join(runs, name, "record.json"));
  const found = files.map((file) => JSON.parse(readFileSync(file, "utf8")) as RunRecord);
  return found.toSorted((one, other) => one.started.localeCompare(other.started));
};
const lastScore = () =>
  records()
    .at(-1)!
    .steps.find(({ id }) => id === "score")!;

async function run(model: string, cache: string) {
  writeFileSync(path.join(folder, "hub.yaml"), recipe(model));
  return reprise(folder, ["run", "hub.yaml"], { HF_HOME: cache, HF_HUB_OFFLINE: "1" });
}

// Three runs that load the libraries, of several seconds each.
const LONG = { timeout: 240_000 };

test("a model's commit on the hub stands in the record, also when its step is reused", LONG, async () => {
  const cache = await cacheWithTinyModel();
  const hub = { model: { id: "org/tiny", revision: "main", commit: COMMIT } };
  expect((await run("org/tiny@main", cache)).code).toBe(0);
  const first = lastScore();
  expect(first).toMatchObject({ status: "done", inputs: { model: "org/tiny@main" }, hub });

  expect((await run("org/tiny@main", cache)).code).toBe(0);
  expect(lastScore()).toMatchObject({ status: "reused", hub });

  // The revision is part of what decides the result.
  expect((await run(`org/tiny@${COMMIT}`, cache)).code).toBe(0);
  expect(lastScore()).toMatchObject({ status: "done", hub: { model: { revision: COMMIT, commit: COMMIT } } });
  expect(lastScore().fingerprint).not.toBe(first.fingerprint);
});

test("without the model and without a network the step fails with what to do", LONG, async () => {
  const ended = await run("org/other@v1", path.join(folder, "empty"));
  // This machine lacks something.
  expect(ended.code).toBe(5);
  const { failure } = lastScore();
  expect(failure).toMatchObject({ code: "environment" });
  expect(failure!.message).toContain("run 'hf download org/other --revision v1'");
  expect(failure!.message).not.toContain("Traceback");
});
