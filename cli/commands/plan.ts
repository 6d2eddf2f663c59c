import Table from "cli-table3";
import { toolsForFingerprint } from "../../activities/toolchain.ts";
import { home } from "../../store/home.ts";
import { loadRun, listRuns } from "../../store/runs.ts";
import { EXIT } from "../errors.ts";
import { digestInputs, missingInputs } from "../inputs.ts";
import { say, sayJson } from "../output.ts";
import { previewPlan, type StepPreview } from "../preview.ts";
import { planOf } from "../recipe-file.ts";

/** Shows what a run would do with each step and why. */
export async function plan(
  file: string,
  { profile, json }: { profile?: string; json?: boolean },
): Promise<number> {
  const { plan: made } = await planOf(file, profile ?? null);
  const root = home.find(process.cwd(), process.env);
  const missing = await missingInputs(made, process.cwd());
  const inputs = missing.length === 0 ? await digestInputs(made, process.cwd()) : {};
  const previews = await previewPlan(
    root,
    made,
    inputs,
    toolsForFingerprint(),
    await lastRunOf(root, made.recipe.name),
  );
  if (json) {
    sayJson({
      recipe: made.recipe,
      digest: made.digest,
      missing,
      steps: previews.map((preview) => ({ ...preview.step, ...withoutStep(preview), outcome: undefined })),
    });
    return EXIT.done;
  }
  const table = new Table({
    head: ["step", "kind", "after", "action", "because"],
    style: { head: [], border: [] },
  });
  for (const preview of previews) {
    const { step, action, resumeFrom } = preview;
    table.push([
      step.id,
      step.kind,
      step.after.join(", "),
      resumeFrom === null ? action : `resume from step ${resumeFrom}`,
      reasonOf(preview, previews),
    ]);
  }
  say(
    `${made.recipe.name}, plan ${made.digest.slice(0, 12)}${made.recipe.profile === null ? "" : `, profile ${made.recipe.profile}`}`,
  );
  say(table.toString());
  for (const name of missing)
    say(`The input '${name}' (${made.inputs[name]!.path}) is not there yet; a run needs it.`);
  return EXIT.done;
}

const withoutStep = ({ step, ...rest }: StepPreview) => rest;

function reasonOf({ step, action, because, fingerprint }: StepPreview, all: StepPreview[]): string {
  if (action === "reuse") return "the store has its result";
  if (fingerprint === null) {
    const waits = step.after.filter((id) => all.find((other) => other.step.id === id)?.action !== "reuse");
    return waits.length > 0 ? `${waits.join(", ")} must run first` : "an input is missing";
  }
  if (because.length === 0) return "no result yet";
  return because.map(({ field, from, to }) => `${field}: ${short(from)} -> ${short(to)}`).join("\n");
}

const short = (value: unknown): string =>
  (typeof value === "string" ? value : JSON.stringify(value)).slice(0, 24);

/** The newest run of a recipe, by name. */
async function lastRunOf(root: string, recipe: string): Promise<string | null> {
  for (const run of await listRuns(root)) {
    if ((await loadRun(root, run))?.request.plan.recipe.name === recipe) return run;
  }
  return null;
}
