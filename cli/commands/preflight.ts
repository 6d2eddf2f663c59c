import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { findToolchain, PYTHON_ENVIRONMENT } from "../../host/toolchain.ts";
import { writeJson } from "../../store/files.ts";
import { EXIT, UserError } from "../errors.ts";
import { say, sayJson } from "../output.ts";
import { askedOf, type Asked } from "../preflight/asked.ts";
import { footprintOf, type Answer } from "../preflight/footprint.ts";
import { makesNoStep } from "../../compiler/lint/workloads.ts";
import { showPreflight } from "../preflight/show.ts";
import { prepared } from "../set-up.ts";
import { planOf, type RecipeOptions } from "../recipe-file.ts";

/**
 * Looks at what a recipe's models do at full size, without GPU, weights or network: builds the real architecture and the
 * libraries' own configurations, runs one step of each on tensors without numbers, and adds up memory and FLOPs.
 */
export async function preflight(
  file: string,
  { json, details = false, ...options }: RecipeOptions & { json?: boolean; details?: boolean },
): Promise<number> {
  const { plan, workloads } = await planOf(file, options);
  const asked = askedOf(plan);
  if (asked.length === 0)
    throw new UserError(
      EXIT.invalid,
      "No step starts from a model on the hub, so there is nothing to look at.",
    );
  const answers = await ask(asked);
  const steps = new Map(plan.steps.map((step) => [step.id, step]));
  const footprints = new Map(
    answers.flatMap((answer) =>
      answer.ok
        ? [[answer.id, footprintOf(steps.get(answer.id)!, answer, workloads.get(answer.id))] as const]
        : [],
    ),
  );
  if (json === true)
    sayJson({
      recipe: plan.recipe,
      steps: answers.map((answer) => ({
        ...answer,
        ...footprints.get(answer.id),
        workload: workloads.get(answer.id) ?? null,
      })),
    });
  else say(showPreflight(answers, { footprints, workloads, details }));
  const fine = answers.every(({ ok }) => ok) && [...footprints.values()].every(({ fits }) => fits);
  const trains = ![...workloads.values()].some(makesNoStep);
  return fine && trains ? EXIT.done : EXIT.invalid;
}

async function ask(steps: Asked[]): Promise<Answer[]> {
  await prepared("python");
  const { python } = findToolchain();
  if (python === null)
    throw new UserError(
      EXIT.missing,
      "The Python environment of the trainers is missing. Run 'reprise setup', or set REPRISE_PYTHON to its path.",
    );
  const folder = await mkdtemp(path.join(os.tmpdir(), "reprise-preflight-"));
  try {
    const file = path.join(folder, "asked.json");
    await writeJson(file, { steps });
    const environment = { ...PYTHON_ENVIRONMENT, OMP_NUM_THREADS: "1", PYTHONWARNINGS: "ignore" };
    const { stdout } = await execa(python, ["-m", "reprise_trainer.preflight", file], {
      env: environment,
      stdin: "ignore",
    });
    return (JSON.parse(stdout.trim().split("\n").at(-1)!) as { steps: Answer[] }).steps;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
