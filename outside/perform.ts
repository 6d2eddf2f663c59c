import path from "node:path";
import { KIND_FOLDER } from "../core/outside-kind.ts";
import { StepFailure } from "../core/step-failure.ts";
import type { KindJob } from "../schemas/generated/kind-job.ts";
import { isMetric } from "../schemas/kinds.ts";
import type { OutsideKind } from "../schemas/plan.ts";
import { defectsOf } from "../schemas/schema-defects.ts";
import { validateKindJob } from "../schemas/validators.ts";
import type { StepContext } from "../steps/context.ts";
import { writeJson } from "../store/files.ts";
import { rememberContent, takeCopy } from "./content.ts";
import { runContract, type Checkpoints } from "./contract.ts";
import type { Declared } from "./said.ts";

/** A step of a kind from outside: its program, in a copy of its folder that later changes of the folder do not reach. */
export async function performOutside(
  context: StepContext,
  kind: OutsideKind,
): Promise<Record<string, number>> {
  const { [KIND_FOLDER]: folder, ...inputs } = context.inputs;
  if (folder === undefined)
    throw new StepFailure("environment", `The step '${context.step.id}' was given no folder of its kind.`);
  const copy = path.join(context.work, "kind");
  await takeCopy(folder, copy, String(context.about.fields[`with.${KIND_FOLDER}`]));
  await rememberContent(context.store, copy);
  const file = path.join(context.work, "job.json");
  const lock = kind.schema["x-environment"];
  return runContract(
    { ...context, folder: copy },
    {
      argv: kind.run,
      inputs,
      passed: [],
      lock: lock === undefined ? undefined : path.join(copy, lock),
      declared: declaredBy(kind),
      environment: async (checkpoints) => {
        await writeJson(file, jobOf(context, inputs, checkpoints));
        // Modules that it imports from its folder leave nothing there.
        return { REPRISE_JOB: file, PYTHONDONTWRITEBYTECODE: "1" };
      },
    },
  );
}

/** Metrics whose names are known must all be said. */
function declaredBy({ schema }: OutsideKind): Declared {
  const names = Object.keys(schema["x-metrics"]);
  return {
    by: `the kind ${schema.title}`,
    names,
    has: (name) => isMetric(schema["x-metrics"], name),
    needed: names.filter((name) => !name.includes("<")),
  };
}

function jobOf(
  { step, outputs, events, threads }: StepContext,
  inputs: Record<string, string>,
  { folder, resume }: Checkpoints,
): KindJob {
  const { seed } = step.params;
  const job: KindJob = {
    job: 1,
    kind: step.kind,
    step: step.id,
    params: step.params,
    inputs,
    outputs,
    checkpoints: folder,
    resume: resume ?? null,
    checkpoint: { every_steps: step.checkpoint.everySteps, every_seconds: step.checkpoint.everySeconds },
    events: events.path,
    threads,
    seed: typeof seed === "number" && Number.isInteger(seed) ? seed : null,
  };
  const defects = defectsOf(validateKindJob(), job);
  if (defects.length > 0) throw new Error(`The job of '${step.id}' cannot be written: ${defects.join("; ")}`);
  return job;
}
