import { agreeing, counted } from "../../schemas/counted.ts";
import type { DataSplitParams } from "./params.ts";
import { readQuestions, writeQuestions } from "../../data/questions/questions-file.ts";
import { StepFailure } from "../../core/step-failure.ts";
import type { StepContext } from "../../steps/context.ts";
import { heldOutVideos, withoutOverlap } from "./by-video.ts";
import { nestedSubset } from "./subset.ts";

/** data/split: training and evaluation rows that share no video. */
export async function perform(context: StepContext): Promise<Record<string, number>> {
  const params = context.step.params as unknown as Required<DataSplitParams>;
  const rows = await readQuestions(context.inputs["training"]!, ["video"]);
  const other = context.inputs["evaluation"];
  const held = other === undefined ? heldOutVideos(rows, params.evaluation_share, params.seed) : new Set();
  const evaluation =
    other === undefined ? rows.filter(({ video }) => held.has(video)) : await readQuestions(other, ["video"]);
  const sides = withoutOverlap(
    rows.filter(({ video }) => !held.has(video)),
    evaluation,
    params.overlap,
  );
  if (params.overlap === "refuse" && sides.shared.length > 0) throw overlapping(sides.shared);
  if (params.rows > sides.train.length)
    throw new StepFailure(
      "data",
      `'rows' is ${params.rows}, but only ${counted(sides.train.length, "row")} can be trained on.`,
    );
  const train = params.rows === 0 ? sides.train : nestedSubset(sides.train, params.rows, params.seed);
  if (train.length === 0 || sides.eval.length === 0)
    throw new StepFailure(
      "data",
      `The split leaves ${counted(train.length, "row")} to train on and ${sides.eval.length} to evaluate.`,
    );
  const marked = [
    ...train.map((row) => ({ ...row, split: "train" })),
    ...sides.eval.map((row) => ({ ...row, split: "eval" })),
  ];
  refuseSameIds(marked.map(({ id }) => id));
  await writeQuestions(context.outputs["dataset"]!, marked);
  const videos = (side: { video: string }[]) => new Set(side.map(({ video }) => video)).size;
  return {
    train_rows: train.length,
    train_videos: videos(train),
    eval_rows: sides.eval.length,
    eval_videos: videos(sides.eval),
    shared_videos: sides.shared.length,
  };
}

function overlapping(shared: string[]): StepFailure {
  const named = shared.slice(0, 5).join(", ") + (shared.length > 5 ? ", …" : "");
  return new StepFailure(
    "data",
    `${counted(shared.length, "video")} ${agreeing(shared.length, "is", "are")} in both training and evaluation: ${named}. A model would be scored on what it was trained on. Set 'overlap' to say from which side they are dropped.`,
  );
}

function refuseSameIds(ids: string[]): void {
  const seen = new Set<string>();
  const twice = ids.find((id) => seen.size === seen.add(id).size);
  if (twice !== undefined)
    throw new StepFailure("data", `The id '${twice}' stands in both datasets, of two different rows.`);
}
