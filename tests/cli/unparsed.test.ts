import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";
import { completion, startScriptedServer } from "../support/scripted-server.ts";
import { makeVideo } from "../support/videos.ts";

async function makePlace(replies: string[]): Promise<string> {
  const folder = temporaryFolder();
  const { url } = await startScriptedServer(
    Object.fromEntries(replies.map((reply, index) => [`q${index}`, () => completion(reply)])),
  );
  stopServerAfterwards(folder);
  const walks = path.join(folder, "walks");
  mkdirSync(walks);
  await makeVideo(path.join(walks, "w.mp4"), { source: "color=gray:size=64x64:rate=10:duration=1" });
  const rows = replies.map((_, index) => ({
    ...{ id: `q${index}`, video: "w.mp4", split: "eval", task: "direction", way: "forward", targets: {} },
    ...{ question: `[q${index}] Which way?`, options: ["A. left", "B. right"], answer: "B" },
  }));
  writeFileSync(path.join(walks, "questions.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  writeFileSync(
    path.join(folder, "read.yaml"),
    `recipe: 1
name: read
inputs: { walks: { type: dataset, path: walks } }
steps:
  frames: { uses: frames/extract, with: { dataset: "\${{ inputs.walks }}", size: 224x224 } }
  score:
    uses: eval/mcq-api
    with:
      dataset: \${{ steps.frames.outputs.dataset }}
      split: eval
      model: closed-1
      date: ${new Date().toISOString().slice(0, 10)}
      base_url: ${url}
      limits: { requests_per_minute: 60000 }
`,
  );
  return folder;
}

const READ = [
  "The answer is B. It is not A.",
  "<think>A?</think><answer>B</answer>",
  "\\boxed{B}",
  "b",
  "B\n\nSo.",
];

test("many replies without a letter are told, in the run and in its report, which says how the others were read", async () => {
  const folder = await makePlace([
    ...READ,
    "I don't think the answer is B.",
    "Maybe B.",
    "Neither.",
    "Both.",
  ]);
  const { code, stdout } = await reprise(folder, ["run", "read.yaml"]);
  expect(code, stdout).toBe(0);
  const note =
    '4 of 9 replies (44.4 %) give no letter and count as not correct, such as q5 "I don\'t think the answer is B.", q6 "Maybe B.", q7 "Neither.".';
  expect(stdout).toContain(`score: warning: ${note}`);
  expect(stdout.split("\n")).toContainEqual(expect.stringContaining(`warning: score: ${note}`));
  const place = /^record: (.+)$/m.exec(stdout)![1]!;
  const record = JSON.parse(readFileSync(path.join(folder, place), "utf8")) as RunRecord;
  const { metrics, outputs } = record.steps.find(({ id }) => id === "score")!;
  expect(metrics).toMatchObject({
    ...{ samples: 9, correct: 5, wrong: 0, unparsed: 4, "read[answer-is]": 1, "read[tag]": 1 },
    ...{ "read[whole]": 2, "read[first-line]": 1, "read[last-line]": 0 },
  });
  const predictions = readFileSync(
    path.join(folder, ".reprise", outputs["predictions"]!.uri, "predictions.jsonl"),
    "utf8",
  );
  const rules = predictions
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { rule: string | null }).rule);
  expect(rules.slice(0, 6)).toEqual(["answer-is", "tag", "whole", "whole", "first-line", null]);
  const report = readFileSync(path.join(folder, path.dirname(place), "report.html"), "utf8");
  expect(report).toContain("How replies were read");
  expect(report).toContain("q6 &quot;Maybe B.&quot;");
}, 120_000);

test("a run whose replies are all read has no warning", async () => {
  const { code, stdout } = await reprise(await makePlace(READ), ["run", "read.yaml"]);
  expect(code, stdout).toBe(0);
  expect(stdout).not.toContain("give no letter");
}, 120_000);
