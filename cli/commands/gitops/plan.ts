import { storeHere } from "../../store-here.ts";
import { planRef, type PlannedRecipe, type RefPlan } from "../../../gitops/plan/plan-ref.ts";
import { printable } from "../../../gitops/words/escape.ts";
import { counted } from "../../../schemas/counted.ts";
import type { Problem } from "../../../schemas/gitops.ts";
import { EXIT } from "../../errors.ts";
import { openMirror } from "../../gitops/open-mirror.ts";
import type { ServerFileOption } from "../../gitops/server-file.ts";
import { say, sayJson } from "../../output.ts";

interface PlanOptions extends ServerFileOption {
  json?: boolean;
  base?: string;
}

/** Shows what would happen with a commit, from Git's objects alone. Nothing is started and nothing is checked out. */
export async function plan(
  repository: string,
  name: string,
  recipes: string[],
  { json = false, base, ...options }: PlanOptions,
): Promise<number> {
  const store = storeHere();
  const { served, mirror } = await openMirror(store, repository, options);
  const found = await planRef(store, mirror, served, {
    ...{ name, base: base ?? null, recipes: recipes.length === 0 ? null : recipes },
  });
  if (json) sayJson({ repository: served.name, ...found });
  else show(found);
  return isInvalid(found) ? EXIT.invalid : EXIT.done;
}

const isInvalid = ({ problems, recipes }: RefPlan): boolean =>
  problems.length > 0 || recipes.some(({ plan: { plan: digest } }) => digest === null);

function show({ trigger, problems, recipes, unaffected }: RefPlan): void {
  const against = trigger.base === null ? "" : `, beside ${trigger.base.slice(0, 12)}`;
  say(`${printable(trigger.ref, 100)} at ${trigger.sha.slice(0, 12)}${against}`);
  for (const problem of problems) say(lineOf(problem));
  for (const recipe of recipes) showRecipe(recipe);
  if (recipes.length === 0 && problems.length === 0) say("No recipe is concerned.");
  if (unaffected.length > 0) say(`${counted(unaffected.length, "recipe")} not affected.`);
}

function showRecipe({ recipe, profile, because, decision, plan: found }: PlannedRecipe): void {
  const { steps, problems, notAllowed, conformance, newDeviations, carried } = found;
  const name = `${printable(recipe, 200)}${profile === null ? "" : `, profile ${printable(profile, 60)}`}`;
  say(`\n${name}: ${found.plan === null ? "invalid" : countsOf(found)} (${printable(because, 200)})`);
  for (const problem of [...problems, ...notAllowed]) say(`  ${lineOf(problem)}`);
  for (const { id, action, because: why } of steps)
    if (action !== "reuse")
      say(`  ${action.toUpperCase()} ${printable(id, 80)}: ${printable(why.join("; "), 200)}`);
  if (conformance !== null)
    say(
      `  paper: ${conformance.same} as printed, ${conformance.deviating} otherwise, ${conformance.missing} missing`,
    );
  for (const deviation of newDeviations) say(`  new: ${printable(deviation, 200)}`);
  if (carried !== null) say(`  The verdict of run ${carried.run} is its verdict.`);
  else if (found.plan !== null) say(`  ${RUNS[decision.run]}: ${printable(decision.reason, 200)}`);
}

const RUNS = {
  always: "Runs at once",
  "after-approval": "Runs after approval",
  "plan-only": "Does not run",
} as const;

function countsOf({ steps, seconds, gpuHours }: PlannedRecipe["plan"]): string {
  const count = (action: string) => steps.filter((step) => step.action === action).length;
  const actions = `${count("run")} run, ${count("resume")} resume, ${count("reuse")} reuse`;
  const hours = gpuHours === null ? "GPU hours unknown" : `${Number(gpuHours.toFixed(2))} GPU hours`;
  return `${actions}, ${seconds === null ? "time unknown" : `${Math.round(seconds)} s`}, ${hours}`;
}

const lineOf = ({ file, line, column, message, code, severity }: Problem): string =>
  `${printable(file, 200)}:${line}:${column}: ${severity === "warning" ? "warning: " : ""}${printable(message, 1000)} [${code}]`;
