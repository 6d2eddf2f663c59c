import { mkdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { digestOf } from "../../core/digest.ts";
import type { FramesExtractParams } from "./params.ts";
import { linesOf } from "../../store/files.ts";
import { MARK, markFor } from "../../store/step-processes.ts";
import { openParts, type Parts } from "../../steps/parts.ts";
import { pinsOf } from "../../host/portable.ts";
import { programEnvironment } from "../../programs/program-environment.ts";
import { workingFolder } from "../../programs/working-folder.ts";
import { readQuestions, writeQuestions } from "../../data/questions/questions-file.ts";
import type { StepContext } from "../../steps/context.ts";
import { StepFailure } from "../../core/step-failure.ts";
import { PYTHON_ENVIRONMENT, requireTool } from "../../host/toolchain.ts";
import { Crew } from "./crew.ts";
import { findVideos } from "./find-videos.ts";
import type { FrameManifestLine } from "../../data/frames/manifest.ts";
import { leaveOut, type Unusable } from "./unusable.ts";

type Params = Required<FramesExtractParams>;

/**
 * frames/extract: one filmstrip per video, with a manifest. All videos are found before the first one is cut, and large ones
 * looked at; bad ones are told all at once, with the questions that need them.
 */
export async function perform(context: StepContext): Promise<Record<string, number>> {
  const crew = openCrew(context, await workingFolder(context));
  crew.begin();
  try {
    return await extract(context, crew);
  } finally {
    await crew.end();
  }
}

async function extract(context: StepContext, crew: Crew): Promise<Record<string, number>> {
  const params = context.step.params as unknown as Params;
  const [source, target] = [context.inputs["dataset"]!, context.outputs["dataset"]!];
  const rows = await readQuestions(source, ["video"]);
  const videos = [...new Set(rows.map(({ video }) => video))].sort();
  await mkdir(path.join(target, "strips"), { recursive: true });
  const parts = await openParts<FrameManifestLine>(context);
  const files = new Map<string, string>();
  const unusable = new Map<string, string>();
  for (const [video, place] of await findVideos(videos, source, context.inputs["videos"])) {
    if ("file" in place) files.set(video, place.file);
    else unusable.set(video, place.missing);
  }
  const settle = (): Unusable[] => leaveOut(rows, unusable, params.allow_missing);
  await cutAll(context, crew, { videos, files, unusable, parts, settle });
  const left = settle();
  const cut = videos.flatMap((video) => (unusable.has(video) ? [] : parts.get(video)!));
  await tell(context, cut, left);
  await parts.give(cut.map(({ video, strip }) => ({ name: video, target: path.join(target, strip) })));
  await writeFile(path.join(target, "frames.jsonl"), linesOf(cut));
  await writeFile(path.join(target, "left-out.jsonl"), linesOf(left));
  await writeQuestions(
    target,
    rows.filter(({ video }) => !unusable.has(video)),
  );
  const count = (is: (line: FrameManifestLine) => boolean) => cut.filter(is).length;
  return {
    videos: cut.length,
    frames: cut.length * params.frames,
    variable_rate: count(({ variable_rate }) => variable_rate),
    sought: count(({ read }) => read === "seek"),
    warned: count(({ warnings }) => warnings > 0),
    warnings: cut.reduce((sum, { warnings }) => sum + warnings, 0),
    missing: left.length,
  };
}

// To cut less takes a minute at most: then it is soon enough to say what is wrong when it is done.
const MOST_UNSEEN_BYTES = 1e9;

async function bytesOf(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

interface Work {
  videos: readonly string[];
  files: ReadonlyMap<string, string>;
  unusable: Map<string, string>;
  parts: Parts<FrameManifestLine>;
  /** Throws when what is unusable by now fails the step. */
  settle: () => void;
}

/** Looks at all videos that are not done, then cuts them; what is against one is noted in `unusable`. */
async function cutAll(
  context: StepContext,
  crew: Crew,
  { videos, files, unusable, parts, settle }: Work,
): Promise<void> {
  const waiting = () => videos.filter((video) => parts.get(video) === undefined && !unusable.has(video));
  // Many videos: one decoder each. A single long one gets all of the cores.
  const threads = Math.max(1, Math.floor(context.threads / Math.max(1, waiting().length)));
  if ((await bytesOf(waiting().map((video) => files.get(video)!))) > MOST_UNSEEN_BYTES) {
    const look = (video: string) => ({ look: files.get(video)! });
    await crew.onEach(waiting(), look, async (video, answer) => {
      if ("refused" in answer) unusable.set(video, answer.refused);
    });
    settle();
  }
  let done = parts.size;
  const cut = (video: string) => ({ cut: files.get(video)!, output: parts.aside(".png"), threads });
  await crew.onEach(waiting(), cut, async (video, answer, { output }) => {
    if ("failed" in answer) throw new StepFailure(answer.failed.code, answer.failed.message);
    if ("refused" in answer) unusable.set(video, answer.refused);
    if (!("cut" in answer)) return;
    // Named by a hash: two videos may have the same name in two folders, or with two endings.
    const strip = `strips/${digestOf(video).slice(0, 16)}.png`;
    await parts.add(video, output, { video, strip, ...answer.cut });
    await context.events.write({ event: "progress", done: ++done, total: videos.length, unit: "video" });
  });
}

function openCrew(
  { step, threads, log, signal, withheld, fence }: StepContext,
  where: { cwd?: string },
): Crew {
  const { frames, rule, size } = step.params as unknown as Params;
  return new Crew(threads, {
    python: requireTool("python"),
    ...where,
    wish: { frames, rule, size, memory_bytes: step.resources.memoryGb * 1e9 },
    environment: {
      ...programEnvironment(withheld),
      ...PYTHON_ENVIRONMENT,
      ...pinsOf(step.reproducible),
      PYTHONUTF8: "1",
      [MARK]: markFor(fence.mark),
    },
    log,
    silence: step.stalledSeconds === null ? null : step.stalledSeconds * 1000,
    signal,
  });
}

/** Says what was left out, and what is odd about videos that were cut. */
async function tell({ events }: StepContext, cut: readonly FrameManifestLine[], left: readonly Unusable[]) {
  for (const { video, reason } of left)
    await events.write({ event: "message", text: `left out ${video}: ${reason}` });
  for (const { video, notes } of cut)
    for (const note of notes) await events.write({ event: "message", text: `${video}: ${note}` });
}
