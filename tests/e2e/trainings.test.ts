import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const MINUTES = 60_000;
const folder = temporaryFolder();
stopServerAfterwards(folder);

const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);

function recordOf(recipe: string): RunRecord {
  const runs = path.join(folder, ".reprise", "runs");
  const last = readdirSync(runs)
    .filter((run) => run.startsWith(`${recipe}-`))
    .sort()
    .at(-1)!;
  return JSON.parse(readFileSync(path.join(runs, last, "record.json"), "utf8")) as RunRecord;
}

const stepOf = (recipe: string, id: string) => recordOf(recipe).steps.find((step) => step.id === id)!;
const failureOf = (id: string) => {
  const { failure, status } = stepOf("trainings", id);
  return `${status} ${failure?.code}: ${failure?.message}`;
};
const saidBy = (id: string) =>
  readFileSync(path.join(folder, ".reprise", "runs", recordOf("trainings").run, id, "events.jsonl"), "utf8");

/** Writes NaN over the first number of a tensor whose name has a part in it; gives its whole name. */
function spoil(file: string, part: string): string {
  const bytes = readFileSync(file);
  const begin = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, begin)) as Record<
    string,
    { data_offsets: [number, number] }
  >;
  const [name, { data_offsets: offsets }] = Object.entries(header).find(([found]) => found.includes(part))!;
  bytes.writeFloatLE(NaN, begin + offsets[0]);
  writeFileSync(file, bytes);
  return name;
}

const BEGIN = `
  walks: { uses: data/synthesize, with: { clips: { pretrain: 4, sft: 1, grpo: 1, eval: 1 }, pretrain_rows_per_clip: 2, size: 56 } }
  frames: { uses: frames/extract, with: { dataset: "\${{ steps.walks.outputs.dataset }}", size: 56x56 } }
  base:
    uses: model/tiny
    with: { dataset: "\${{ steps.frames.outputs.dataset }}", split: pretrain, learning_rate: 1e-3 }
`;

const SPOILING = `
import pathlib, shutil, sys
import torch
from safetensors.torch import load_file, save_file
source, out = map(pathlib.Path, sys.argv[1:])
shutil.copytree(source, out, dirs_exist_ok=True)
tensors = load_file(out / "model.safetensors")
tensors["lm_head.weight"][0, 0] = float("inf")
save_file(tensors, out / "model.safetensors", {"format": "pt"})
`;

const WRITING = `
import json, pathlib, shutil, sys, unicodedata
source, out = map(pathlib.Path, sys.argv[1:])
shutil.copytree(source, out, dirs_exist_ok=True)
rows = [json.loads(line) for line in (out / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
for row in rows:
    row["targets"]["letter"] = unicodedata.normalize("NFD", "\\n Café ") + row["targets"]["letter"] + "\\n"
(out / "questions.jsonl").write_text("".join(json.dumps(row) + "\\n" for row in rows), encoding="utf-8")
`;

const python = (): string =>
  (
    JSON.parse(readFileSync(path.join("node_modules", ".reprise", "toolchain.json"), "utf8")) as {
      python: string;
    }
  ).python;

test("what goes wrong in a training stops with a sentence", { timeout: 10 * MINUTES }, async () => {
  write("base.yaml", `recipe: 1\nname: base\nsteps:${BEGIN}`);
  const made = await reprise(folder, ["run", "base.yaml"]);
  expect(made.stderr).toBe("");
  expect(made.code).toBe(0);
  expect(made.stdout).toContain("base: 8 rows: 8 optimizer steps of 1 row");

  cpSync(
    path.join(folder, ".reprise", stepOf("base", "base").outputs["model"]!.uri),
    path.join(folder, "spoilt"),
    {
      recursive: true,
    },
  );
  const vision = spoil(path.join(folder, "spoilt", "model.safetensors"), "visual.blocks.0");
  write("spoiling.py", SPOILING);
  write("writing.py", WRITING);
  const [good, bad] = ["${{ steps.base.outputs.model }}", "${{ inputs.spoilt }}"];
  const data = `dataset: "\${{ steps.frames.outputs.dataset }}"`;
  const sft = `${data}, split: sft, target: letter`;
  const grpo = `model: "${good}", ${data}, split: grpo, trainable: adapter, learning_rate: 1e-3, group_size: 4, max_completion_length: 4`;
  write(
    "trainings.yaml",
    `recipe: 1
name: trainings
inputs: { spoilt: { type: model, path: spoilt }, spoiling: { type: path, path: spoiling.py }, writing: { type: path, path: writing.py } }
steps:${BEGIN}
  spoilt_sft: { uses: train/sft, with: { model: "${bad}", ${sft}, learning_rate: 1e-3 } }
  spoilt_score: { uses: eval/mcq, with: { model: "${bad}", ${data}, split: eval } }
  made:
    uses: run/command
    with:
      argv: ["${python()}", "{inputs.program}", "{inputs.model}", "{outputs.model}"]
      inputs: { program: "\${{ inputs.spoiling }}", model: "${good}" }
      outputs: { model: model }
  diverged: { uses: train/sft, with: { model: "${good}", ${sft}, learning_rate: 1e30, logging_steps: 100 } }
  few: { uses: train/grpo, with: { ${grpo}, batch_size_per_device: 16 } }
  hopeless: { uses: train/grpo, with: { ${grpo}, batch_size_per_device: 4, prompt: letter, rewards: { accuracy: 1.0 }, steps: 9, equal_rewards_patience: 2 } }
  written:
    uses: run/command
    with:
      argv: ["${python()}", "{inputs.program}", "{inputs.walks}", "{outputs.dataset}"]
      inputs: { program: "\${{ inputs.writing }}", walks: "\${{ steps.walks.outputs.dataset }}" }
      outputs: { dataset: dataset }
  written_frames: { uses: frames/extract, with: { dataset: "\${{ steps.written.outputs.dataset }}", size: 56x56 } }
  written_sft:
    uses: train/sft
    with: { model: "${good}", dataset: "\${{ steps.written_frames.outputs.dataset }}", split: sft, target: letter, learning_rate: 1e-3 }
`,
  );
  const ended = await reprise(folder, ["run", "trainings.yaml"]);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain("A generation takes 16 prompts");

  const unusable = `failed model: The step's 'model' cannot be used: in model.safetensors '${vision}' has 1 NaN`;
  expect(failureOf("spoilt_sft")).toContain(unusable);
  expect(failureOf("spoilt_score")).toContain(unusable);
  expect(failureOf("made")).toContain(
    "failed nan: The output 'model': What the step made is not published: in model.safetensors 'lm_head.weight' has 1 infinite",
  );
  expect(failureOf("diverged")).toMatch(/^failed nan: The (loss|gradient|weight).* at step [1-6] of 6/);
  expect(failureOf("few")).toMatch(
    /^failed data: The training would make no step: a generation takes 16 prompts/,
  );
  expect(failureOf("hopeless")).toMatch(
    /^failed gate: In the last 2 optimizer steps the rewards of every group were equal .*accuracy 0 on average/,
  );
  expect(saidBy("hopeless")).toContain("2 rows of an epoch fill no generation and are dropped by TRL");
  expect(stepOf("trainings", "written_sft").status).toBe("done");
  expect(saidBy("written_sft").normalize("NFC")).toContain(String.raw`last trained text '\\n Café <answer>`);

  const report = await reprise(folder, ["report", "last"]);
  const page = readFileSync(path.resolve(folder, report.stdout.trim()), "utf8");
  expect(page.split("What steps noted")[1]).toContain("2 rows of an epoch fill no generation");
});
