import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { trainingRow } from "../support/ego-st.ts";
import { temporaryFolder } from "../support/folders.ts";
import { makeVideo } from "../support/videos.ts";

const folder = temporaryFolder();
stopServerAfterwards(folder);

async function run(text: string) {
  writeFileSync(path.join(folder, "rows.yaml"), text);
  const ended = await reprise(folder, ["run", "rows.yaml", "--json", "--new"]);
  const record = JSON.parse(ended.stdout) as RunRecord;
  return { ...ended, record, failure: record.failure };
}

const row = {
  ...{ id: "a", video: "w.mp4", split: "eval", task: "direction", way: "forward", question: "Which way?" },
  ...{ options: ["A. left", "B. right"], answer: "A", targets: {} },
};

test("wrong rows of a dataset end the run before anything is cut or asked, all of them told", async () => {
  mkdirSync(path.join(folder, "walks"));
  const rows = [
    { ...row, options: [], question: "A. left or B. right?" },
    { ...row, id: "b", answer: "E" },
    { ...row, id: "c", options: ["A. left", "A. right"] },
    { ...row, id: "d", question: "See <|image_pad|>?" },
  ];
  const lines = rows.map((line) => `${JSON.stringify(line)}\n`).join("");
  writeFileSync(path.join(folder, "walks", "questions.jsonl"), `\uFEFF${lines}`);
  const { code, stderr, failure } = await run(`recipe: 1
name: rows
inputs:
  walks: { type: dataset, path: walks }
steps:
  frames: { uses: frames/extract, with: { dataset: "\${{ inputs.walks }}", size: 224x224 } }
`);
  expect(code).toBe(1);
  expect(failure).toMatchObject({ code: "data" });
  expect(failure!.message.split("\n")).toEqual([
    expect.stringMatching(
      /^questions.jsonl:1: 'answer' is "A", but 'options' is empty: a gold letter needs its option/,
    ),
    expect.stringMatching(
      /^questions.jsonl:2: 'answer' is "E", which is none of the letters of 'options': A, B\.$/,
    ),
    expect.stringMatching(/^questions.jsonl:3: the letter A stands before two of the 'options'/),
    expect.stringMatching(/^questions.jsonl:4: 'question' holds "<\|image_pad\|>"/),
    "See docs/datasets.md.",
  ]);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test("a gold letter that contradicts its text is set aside, and two videos of one name stay two", async () => {
  mkdirSync(path.join(folder, "notes"));
  const asked = { question: "Which actions lead back?", options: ["A. sit", "B. stand"] };
  const mcq = (answer: unknown) => ({ video: "a.mp4", reverse_mcq: { ...asked, answer } });
  writeFileSync(
    path.join(folder, "notes", "Part4_reverse_mcq_action.json"),
    JSON.stringify({ 1: mcq("B. sit"), 2: mcq(1), 3: mcq("B. stand") }),
  );
  const training = ["/x/p1/one.mp4", "/x/p2/one.mp4"].map((video) => trainingRow({ video }));
  writeFileSync(
    path.join(folder, "notes", "t.jsonl"),
    training.map((line) => JSON.stringify(line)).join("\n"),
  );
  const { code, stderr, record } = await run(`recipe: 1
name: rows
inputs:
  notes: { type: path, path: notes }
steps:
  rows: { uses: data/ego-st, with: { annotations: "\${{ inputs.notes }}" } }
`);
  expect(code, stderr).toBe(0);
  expect(record.steps[0]!.metrics).toMatchObject({ rows: 5, parsed: 3, set_aside: 2, videos: 3 });
  expect(stderr).toContain(
    'set aside Part4_reverse_mcq_action.json:1: \'answer\' is "B. sit", but the option B is "stand"',
  );
  expect(stderr).toContain("'answer' is the number 1; it must be the gold letter, as a text");
});

test("a video's name may hold what shells and addresses take for something else", async () => {
  const names = [
    "two words.mp4",
    "50%25.mp4",
    'it\'s "so".mp4',
    "Tür 走.mp4",
    "-v.mp4",
    "a:b?#.mp4",
    "$HOME.mp4",
  ];
  mkdirSync(path.join(folder, "named"));
  await makeVideo(path.join(folder, "named", names[0]!), {
    source: "color=gray:size=64x64:rate=10:duration=1",
  });
  for (const name of names.slice(1))
    copyFileSync(path.join(folder, "named", names[0]!), path.join(folder, "named", name));
  const lines = names.map((video, index) => `${JSON.stringify({ ...row, id: `q${index}`, video })}\n`);
  writeFileSync(path.join(folder, "named", "questions.jsonl"), lines.join(""));
  const { code, stderr, record } = await run(`recipe: 1
name: rows
inputs:
  walks: { type: dataset, path: named }
steps:
  frames: { uses: frames/extract, with: { dataset: "\${{ inputs.walks }}", size: 224x224 } }
`);
  expect(code, stderr).toBe(0);
  expect(record.steps[0]!.metrics).toMatchObject({ videos: names.length, missing: 0 });
});

const program = (script: string, outputs = "") => `recipe: 1
name: rows
steps:
  made:
    uses: run/command
    with:
      argv: [node, -e, ${JSON.stringify(script)}]
      ${outputs}
`;

test("a program's predictions are checked when they are made", async () => {
  const script = `require("fs").writeFileSync(process.env.REPRISE_OUTPUT_PREDICTIONS, '{"id":"a","status":"right"}')`;
  const { code, failure } = await run(program(script, "outputs: { predictions: predictions }"));
  expect(code).toBe(1);
  expect(failure?.message).toMatch(
    /^predictions.jsonl:1: 'status' is "right"; it must be one of correct, wrong, unparsed, filtered, refused, error\./,
  );
});

test("a metric that no record can hold fails its step, and the run has its end", async () => {
  const line = '{"event":"metrics","time":1,"step":1,"values":{"loss":1e999,"kind":"high","fine":2}}';
  const script = `require("fs").appendFileSync(process.env.REPRISE_EVENTS, '${line}\\n')`;
  const { code, failure, record } = await run(program(script));
  expect(code).toBe(1);
  expect(failure).toMatchObject({
    code: "data",
    message: [
      "made/events.jsonl:2: 'values.loss' is the number Infinity; it must be a finite number.",
      "made/events.jsonl:2: 'values.kind' is \"high\"; it must be a number.",
      "The step's result is not kept; docs/run-command.md says what a line must be.",
    ].join("\n"),
  });
  expect(record.steps[0]).toMatchObject({ status: "failed" });
});

test("a program's outputs and metrics may be called as ours are, whatever they hold", async () => {
  const script = `const fs = require("fs"), { REPRISE_OUTPUT_PREDICTIONS: p, REPRISE_OUTPUT_DATASET: d } = process.env;
    fs.writeFileSync(p + "/any", ""); fs.writeFileSync(d + "/frames.jsonl", "{}\\n");
    fs.appendFileSync(process.env.REPRISE_EVENTS, '{"event":"metrics","time":1,"step":1,"values":{"sought":1}}\\n')`;
  const { code, stderr } = await run(program(script, "outputs: { predictions: path, dataset: dataset }"));
  expect(code, stderr).toBe(0);
  expect(stderr).not.toContain("bug");
});

test("replies without a letter are told of a program's predictions, by their type, to the last line", async () => {
  const script = `require("fs").writeFileSync(process.env.REPRISE_OUTPUT_SAID, '{"id":"a","status":"unparsed"}')`;
  writeFileSync(path.join(folder, "said.yaml"), program(script, "outputs: { said: predictions }"));
  const { code, stdout } = await reprise(folder, ["run", "said.yaml"]);
  expect(code).toBe(0);
  expect(stdout).toContain("1 of 1 reply (100.0 %) gives no letter and counts as not correct, such as a.");
});
