// The demo's trainings on a GPU: steps of a finished run from its fine-tuning on, with its clips and its base model.
import fs from "node:fs";
import path from "node:path";
import { readJson, root } from "../setup/places.mjs";
import { stepsOf } from "./counted.mjs";
import { jobFile } from "./job-file.mjs";

const PART = 3;
const STEPS = ["sft", "merge", "grpo", "score_base", "score_sft", "score_grpo"];
// What the run made and the GPU only takes: half of the clips serve the base model alone.
const GIVEN = { frames: "given/demo/dataset", base: "given/demo/base" };
const PRETRAINED = "pretrain";
const checkOf = (id) => `demo-${id}`;
const isScore = (id) => id.startsWith("score_");
export const SCORES = STEPS.filter(isScore);

/** Where the replies of a check lie in the folder of its results. */
export const repliesFile = (out, id) => path.join(out, `${checkOf(id)}.replies.jsonl`);

/** The finished run of the demo in a folder such as .reprise/runs/demo-… Throws a sentence where there is none. */
export function readRun(folder) {
  const record = readJson(path.join(folder, "record.json"));
  if (record.recipe?.name !== "demo" || record.ended === null || record.failure !== null)
    throw new Error(`'${folder}' holds no record of a finished run of the demo. 'npm run demo' makes one.`);
  const home = path.resolve(folder, "..", "..");
  const stepOf = (id) => record.steps.find((step) => step.id === id);
  return {
    record,
    stepOf,
    outputOf: (id, output) => path.join(home, stepOf(id).outputs[output].uri),
  };
}

/** A check for each step that Python runs from the fine-tuning on, in their order, with the seconds that the run took. */
export async function demoChecks({ record: { recipe }, stepOf }) {
  const file = path.join(root, "recipes", "demo.yaml");
  const profile = recipe.profile === null ? [] : ["--profile", recipe.profile];
  const planned = await stepsOf("plan", [file, ...profile]);
  return STEPS.map((id) => {
    const { started, ended } = stepOf(id);
    const elsewhere = (Date.parse(ended) - Date.parse(started)) / 1000;
    return { name: checkOf(id), part: PART, job: jobOf(planned[id]), counted: {}, kept: true, elsewhere };
  });
}

function jobOf(step) {
  const inputs = Object.entries(step.inputs).map(([name, { step: from, output }]) => [
    name,
    GIVEN[from] ?? `${checkOf(from)}/${output}`,
  ]);
  const outputs = Object.keys(step.outputs).map((output) => [output, output]);
  return jobFile(
    step,
    Object.fromEntries(inputs),
    isScore(step.id) ? { replies: "replies.jsonl" } : Object.fromEntries(outputs),
    step.checkpoint,
  );
}

/** Puts beside checks.json what the checks take of the run: base model, questions, and the clips that they ask about. */
export function carryRun({ outputOf }, folder) {
  const [from, to] = [outputOf("frames", "dataset"), path.join(folder, "demo", "dataset")];
  fs.cpSync(outputOf("base", "model"), path.join(folder, "demo", "base"), { recursive: true });
  const questions = linesOf(path.join(from, "questions.jsonl")).filter(({ split }) => split !== PRETRAINED);
  const asked = new Set(questions.map(({ video }) => video));
  const frames = linesOf(path.join(from, "frames.jsonl")).filter(({ video }) => asked.has(video));
  for (const { strip } of frames) fs.cpSync(path.join(from, strip), path.join(to, strip));
  const write = (name, rows) =>
    fs.writeFileSync(path.join(to, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  write("questions.jsonl", questions);
  write("frames.jsonl", frames);
}

/** What the replies of the GPU come to, beside those of the run: right answers, and the claim's test. */
export async function demoVerdict({ outputOf }, out) {
  const product = (file) => import(path.join(root, "dist", file));
  const { predictionOf, repliesTo, scoredRows } = await product("asking/predictions.js");
  const { asScored } = await product("verdict/statistics/sample.js");
  const { comparePaired, pairedP } = await product("verdict/statistics/paired.js");
  const questions = linesOf(path.join(outputOf("frames", "dataset"), "questions.jsonl"));
  const scores = SCORES.map((id) => {
    const replies = linesOf(repliesFile(out, id));
    const here = repliesTo(scoredRows(questions, "eval"), replies).map((pair) => predictionOf(...pair));
    return { id, here, there: linesOf(path.join(outputOf(id, "predictions"), "predictions.jsonl")) };
  });
  const lines = scores.map(({ id, here, there }) => {
    const alike = here.filter(({ reply }, place) => reply === there[place].reply).length;
    return `  ${id}: ${rightOf(here)}, in the run ${rightOf(there)}; ${alike} of ${here.length} replies alike`;
  });
  const [, sft, grpo] = scores;
  const p = (side) =>
    pairedP(comparePaired([[grpo[side].map(asScored), sft[side].map(asScored)]])).toPrecision(2);
  lines.push(`  GRPO against SFT: p ${p("here")}, in the run ${p("there")}`);
  return ["The demo's right answers on this machine:", ...lines].join("\n");
}

const rightOf = (rows) =>
  `${((100 * rows.filter(({ status }) => status === "correct").length) / rows.length).toFixed(1)} %`;

const linesOf = (file) =>
  fs
    .readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
