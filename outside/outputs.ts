import { readdir, stat } from "node:fs/promises";
import type { ArtifactType } from "../schemas/artifact-types.ts";
import { folderOfOutput } from "../store/artifacts.ts";
import { lookThrough, toldOf } from "../store/listing.ts";
import { breakHardLinks } from "../store/self-contained.ts";
import { readSamples } from "../record/samples-file.ts";
import { StepFailure } from "../core/step-failure.ts";
import { workingFolder } from "../programs/working-folder.ts";
import type { StepContext } from "../steps/context.ts";
import { readMetrics } from "./metrics-file.ts";
import { refuseOddWeights } from "./odd-weights.ts";

const WEIGHTS: ReadonlySet<ArtifactType> = new Set(["model", "adapter"]);

/**
 * Looks at what a program left as a step's outputs. Throws a StepFailure for one that is missing, that has something which
 * cannot be kept, or whose content is wrong; all of the second sort at once, before any file is read, which may take long.
 */
export async function checkOutputs(context: StepContext, program: string): Promise<void> {
  const { outputs, step } = context;
  const made = Object.entries(outputs).map(([output, place]) => {
    const type = step.outputs[output]!;
    return { output, place, type, folder: folderOfOutput(place, type) };
  });
  for (const { output, place } of made) {
    const there = await stat(place).catch(() => null);
    if (there === null || (there.isDirectory() && (await readdir(place)).length === 0))
      throw new StepFailure(
        "exit",
        `${program} ended well, but left no output '${output}': nothing lies at '${place}', where it must write it.`,
      );
  }
  const unfit = await Promise.all(
    made.map(async ({ output, folder }) => ({ output, folder, why: await whyUnfit(folder) })),
  );
  const told = unfit.flatMap(({ output, folder, why }) =>
    why === null ? [] : [`The output '${output}' cannot be kept: ${why}. It lies in '${folder}'.`],
  );
  if (told.length > 0) throw new StepFailure("data", told.join("\n"));
  for (const { output, place, type, folder } of made) {
    await breakHardLinks(folder);
    // Verdicts go by them.
    if (type === "predictions") await readSamples(place);
    if (type === "metrics") await readMetrics(output, place);
    if (WEIGHTS.has(type)) await refuseOddWeights(output, place, await workingFolder(context));
  }
}

async function whyUnfit(folder: string): Promise<string | null> {
  if (!(await stat(folder)).isDirectory()) return "it is a file, and must be a folder";
  const { unfit } = await lookThrough(folder);
  return unfit.length === 0 ? null : toldOf(unfit);
}
