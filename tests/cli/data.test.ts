import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Question } from "../../schemas/generated/question.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { trainingRow } from "../support/ego-st.ts";
import { temporaryFolder } from "../support/folders.ts";
import { makeVideo } from "../support/videos.ts";

const folder = temporaryFolder();
stopServerAfterwards(folder);

const VIDEOS = ["a", "b", "c", "d", "gone"];
const back = {
  question: "What directions lead to the starting point?",
  thinking: "forward",
  opposite: "what directions lead to your destination?",
  pasted: "left, left",
} as const;

function writeAnnotations(): void {
  const rows = VIDEOS.flatMap((name) => [
    trainingRow({ video: `/elsewhere/${name}.mp4` }),
    trainingRow({ ...back, video: `/elsewhere/${name}.mp4` }),
  ]);
  const lines = [...rows, { problem: "What?" }].map((row) => JSON.stringify(row));
  writeFileSync(path.join(folder, "rows.jsonl"), `${lines.join("\n")}\nno json\n`);
}

async function writeVideos(): Promise<void> {
  mkdirSync(path.join(folder, "videos", "part1"), { recursive: true });
  const source = "testsrc2=size=126x98:rate=12:duration=2";
  for (const name of ["a", "b", "c"])
    await makeVideo(path.join(folder, "videos", "part1", `${name}.mp4`), { source });
  const times = "settb=1/12000,setpts='(N+0.4*mod(N\\,2))/(12*TB)'";
  const uneven = [
    "-vf",
    times,
    "-fps_mode",
    "vfr",
    "-enc_time_base",
    "1/12000",
    "-video_track_timescale",
    "12000",
  ];
  await makeVideo(path.join(folder, "videos", "d.mp4"), { source, args: uneven });
}

const recipe = (frames = "") => `recipe: 1
name: data
inputs:
  annotations: { type: path, path: rows.jsonl }
  videos: { type: path, path: videos }
steps:
  rows:
    uses: data/ego-st
    with: { annotations: "\${{ inputs.annotations }}", policy: repair }
  targets:
    uses: data/reverse-thinking
    with: { dataset: "\${{ steps.rows.outputs.dataset }}" }
  split:
    uses: data/split
    with: { training: "\${{ steps.targets.outputs.dataset }}", evaluation_share: 0.4 }
  frames:
    uses: frames/extract
    with:
      dataset: \${{ steps.split.outputs.dataset }}
      videos: \${{ inputs.videos }}
      size: { max_pixels: 12544 }
      ${frames}
`;

async function run(text: string) {
  writeFileSync(path.join(folder, "data.yaml"), text);
  const ended = await reprise(folder, ["run", "data.yaml", "--json"]);
  return { ...ended, record: JSON.parse(ended.stdout) as RunRecord };
}
const metricsOf = ({ steps }: RunRecord, id: string) => steps.find((step) => step.id === id)!.metrics;

describe("annotations and videos become frames and questions", { timeout: 120_000 }, () => {
  test("a missing video is told with the questions that need it", async () => {
    writeAnnotations();
    await writeVideos();
    const { code, record } = await run(recipe());
    expect(code).toBe(1);
    expect(record.failure?.message).toMatch(
      /1 of 5 videos cannot be used:\s+gone\.mp4: it was not found \(needed by direction-forward-\w+, direction-reverse-\w+\)\s+Set 'allow_missing: true'/,
    );
    expect(metricsOf(record, "rows")).toMatchObject({
      rows: 12,
      parsed: 10,
      set_aside: 2,
      given: 10,
      videos: 5,
    });
    expect(metricsOf(record, "split")).toMatchObject({ train_videos: 3, eval_videos: 2, shared_videos: 0 });
  });

  test("with allow_missing its questions are left out, and counted", async () => {
    const { code, record } = await run(recipe("allow_missing: true"));
    expect(code).toBe(0);
    expect(metricsOf(record, "frames")).toEqual({
      videos: 4,
      frames: 32,
      variable_rate: 1,
      sought: 0,
      warned: 0,
      warnings: 0,
      missing: 1,
    });
    const { uri } = record.steps.find(({ id }) => id === "frames")!.outputs["dataset"]!;
    const dataset = path.join(folder, ".reprise", uri);
    const rows = readFileSync(path.join(dataset, "questions.jsonl"), "utf8").trim().split("\n");
    const questions = rows.map((line) => JSON.parse(line) as Question);
    expect(questions).toHaveLength(8);
    expect(new Set(questions.map(({ split }) => split))).toEqual(new Set(["train", "eval"]));
    for (const { video, split } of questions)
      expect(questions.filter((one) => one.video === video).every((one) => one.split === split)).toBe(true);
    expect(questions[0]!.targets["reverse-thinking"]).toMatch(
      /^<think>First think of the way .*<answer>B<\/answer>$/,
    );
    expect(readdirSync(path.join(dataset, "strips"))).toHaveLength(4);
  });

  test("the report says what was found in the annotations", () => {
    const runs = path.join(folder, ".reprise", "runs");
    const newest = readdirSync(runs).sort().at(-1)!;
    const page = readFileSync(path.join(runs, newest, "report.html"), "utf8");
    expect(page).toContain("12 found, 10 parsed, 2 set aside, 10 given");
    expect(page).toContain("rows.jsonl:11");
    expect(page).toContain("expected the keys problem, solution");
  });

  test("videos of both training and evaluation are refused", async () => {
    const both = recipe("allow_missing: true").replace(
      "evaluation_share: 0.4",
      'evaluation: "${{ steps.rows.outputs.dataset }}"',
    );
    const { code, record } = await run(both);
    expect(code).toBe(1);
    expect(record.failure?.message).toContain("5 videos are in both training and evaluation: a.mp4, b.mp4");
  });
});
