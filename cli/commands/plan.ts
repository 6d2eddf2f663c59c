import prettyBytes from "pretty-bytes";
import { counted } from "../../schemas/counted.ts";
import type { Plan } from "../../schemas/plan.ts";
import { EXIT, UserError } from "../errors.ts";
import { say, sayJson } from "../output.ts";
import { drawTable } from "../table.ts";
import { showSeconds, total, type Estimate } from "../../runs/preview/estimate.ts";
import { explain } from "../preview/explain.ts";
import { mermaid } from "../preview/graph.ts";
import { originsOf, showOrigins } from "../preview/origins.ts";
import { previewRun, type RunPreview } from "../../runs/preview/preview-run.ts";
import type { StepPreview } from "../../runs/preview/step-preview.ts";
import { planOf, type RecipeOptions } from "../recipe-file.ts";
import { storeHere } from "../store-here.ts";

interface PlanOptions extends RecipeOptions {
  json?: boolean;
  why?: string;
  origins?: boolean;
  graph?: boolean;
  exitCode?: boolean;
  preflight?: boolean;
  details?: boolean;
}

/** Shows what a run would do with each step and why. Nothing is started. */
export async function plan(
  file: string,
  { json, why, origins, graph, exitCode, preflight: alsoPreflight, details = false, ...options }: PlanOptions,
): Promise<number> {
  const planned = await planOf(file, options);
  const { plan: made, recipe } = planned;
  const folder = process.cwd();
  const store = storeHere();
  const found = { plan: made, ...(await previewRun(planned, { store, folder })) };
  const { previews } = found;
  const idle = previews.every(({ action, outcome }) => action === "reuse" && outcome !== null);
  if (json === true)
    sayJson({ ...documentOf(found), ...(origins === true ? { origins: originsOf(recipe, made) } : {}) });
  else if (graph === true) say(mermaid(previews));
  else if (origins === true) say(showOrigins(originsOf(recipe, made)));
  else if (why !== undefined) say(explain(stepNamed(previews, why), previews));
  else showTable(found, details);
  if (alsoPreflight === true) {
    const { preflight } = await import("./preflight.ts");
    const code = await preflight(file, { ...options, details });
    if (code !== EXIT.done) return code;
  }
  return exitCode === true && !idle ? EXIT.somethingToDo : EXIT.done;
}

interface Found extends RunPreview {
  plan: Plan;
}

function documentOf({ plan: made, previews, estimates, missing }: Found): object {
  return {
    recipe: made.recipe,
    digest: made.digest,
    missing,
    steps: previews.map(({ step, outcome: _, last, fields, ...preview }, index) => ({
      ...step,
      ...preview,
      fields,
      estimate: estimates[index],
      lastRun: last?.run ?? null,
    })),
  };
}

const TESTED_STEPS = 10_000;
// More do not fit on a screen.
const MOST_STEPS = 40;
const MOST_REASONS = 2;

const shortList = (reasons: readonly string[], most: number): string =>
  reasons.length > most
    ? [...reasons.slice(0, most), `and ${reasons.length - most} more: --why`].join("\n")
    : reasons.join("\n");

function showTable({ plan: made, previews, estimates, missing }: Found, details: boolean): void {
  const head = ["step", "kind", "after", "action", "because", "time"];
  const shown = details ? previews : previews.slice(0, MOST_STEPS);
  const rows = shown.map((preview, index) => {
    const { step, action, resumeFrom, because } = preview;
    const { seconds } = estimates[index]!;
    return [
      step.id,
      step.kind,
      step.after.length > 4 ? `${step.after.slice(0, 4).join(", ")}, …` : step.after.join(", "),
      action === "resume" ? `RESUME from step ${resumeFrom}` : action.toUpperCase(),
      shortList(
        because.map(({ text }) => text),
        details ? because.length : MOST_REASONS,
      ),
      action === "reuse" ? "" : seconds === null ? "unknown" : showSeconds(seconds),
    ];
  });
  const profile = made.recipe.profile === null ? "" : `, profile ${made.recipe.profile}`;
  say(`${made.recipe.name}, plan ${made.digest.slice(0, 12)}${profile}`);
  say(drawTable(head, rows, { spare: ["after", "kind"] }));
  if (shown.length < previews.length)
    say(`${counted(previews.length - shown.length, "more step")} not shown; --details shows all.`);
  say(summary(previews, estimates));
  if (previews.length > TESTED_STEPS)
    say(`Runs of up to ${TESTED_STEPS} steps are tested; this one has ${previews.length}.`);
  for (const name of missing)
    say(`The input '${name}' (${made.inputs[name]!.path}) is not there yet; a run needs it.`);
}

function summary(previews: StepPreview[], estimates: Estimate[]): string {
  const count = (action: StepPreview["action"]) =>
    previews.filter((preview) => preview.action === action).length;
  const counts = (["run", "resume", "reuse"] as const)
    .map((action) => `${count(action)} ${action}`)
    .join(", ");
  if (count("reuse") === previews.length) return `${counts}. Nothing to do.`;
  const time = total(
    estimates.map(({ seconds }) => seconds),
    showSeconds,
  );
  const disk = total(
    estimates.map(({ bytes }) => bytes),
    prettyBytes,
  );
  if (time === "unknown" && disk === "unknown") return `${counts}. No earlier run tells how long it takes.`;
  const gpu = total(
    estimates.map(({ gpuHours }) => gpuHours),
    (hours) => `${hours.toFixed(1)} h`,
  );
  return `${counts}. Expected from earlier runs: time ${time} (one after the other), disk ${disk}, GPU ${gpu}.`;
}

function stepNamed(previews: StepPreview[], name: string): StepPreview {
  const found = previews.find(({ step }) => step.id === name);
  if (found !== undefined) return found;
  throw new UserError(
    EXIT.invalid,
    `There is no step '${name}'. There is: ${previews.map(({ step }) => step.id).join(", ")}.`,
  );
}
