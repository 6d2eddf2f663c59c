import { counted } from "../../schemas/counted.ts";
import type { Recipe } from "../../schemas/generated/recipe.ts";
import type { PlanStep } from "../../schemas/plan.ts";
import type { Code } from "../../schemas/diagnostic.ts";
import type { Layers, More } from "../layers.ts";
import type { Conformity } from "../paper/conform.ts";
import type { ResolvedStep } from "../resolved-step.ts";
import type { Path } from "../mapping.ts";

export interface LoweredStep {
  plan: PlanStep;
  resolved: ResolvedStep;
}

export interface LintContext {
  layers: Layers;
  recipe: Recipe;
  steps: LoweredStep[];
  paper: Conformity | null;
  byId: ReadonlyMap<string, LoweredStep>;
}

/** Something that knowledge of the trainers or of the paper says about a valid recipe. */
export interface Finding extends More {
  code: Code;
  /** The step that it is about, whose `accept` counts. */
  step?: LoweredStep;
  path: Path;
  message: string;
}

export const pathOf = ({ resolved }: LoweredStep, ...more: (string | number)[]): Path => [
  ...resolved.cell.written.path,
  ...more,
];

export const numberOf = ({ plan }: LoweredStep, name: string): number => Number(plan.params[name] ?? 0);

export const isTraining = ({ plan }: LoweredStep): boolean =>
  plan.kind === "train/sft" || plan.kind === "train/grpo";

/** Processes that train together. */
export const processesOf = ({ plan }: LoweredStep): number => plan.processes;

/** How the rows (or prompts) of one optimizer step come about, as numbers and as text. */
export function effectiveBatch(step: LoweredStep): { value: number; text: string } {
  const per = numberOf(step, "batch_size_per_device");
  const [processes, accumulated] = [processesOf(step), numberOf(step, "gradient_accumulation_steps")];
  const completions = step.plan.params["batch_unit"] === "completions";
  const group = completions ? numberOf(step, "group_size") : 1;
  const text = `${per} per device x ${counted(processes, "process")} x ${accumulated} accumulated`;
  return {
    value: (per * processes * accumulated) / group,
    text: completions ? `${text} / group of ${group}` : text,
  };
}

/** The step that an artifact parameter's value comes from, if it comes from a step. */
function producerOf(
  { byId }: LintContext,
  { plan }: LoweredStep,
  parameter: string,
): LoweredStep | undefined {
  const source = plan.inputs[parameter];
  return source?.from === "step" ? byId.get(source.step) : undefined;
}

/** The trainings that made a step's model, the last one first. */
export function trainingsOf(context: LintContext, step: LoweredStep): LoweredStep[] {
  const found = new Set<LoweredStep>();
  const open = [step];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const parameter of ["model", "adapter"]) {
      const producer = producerOf(context, next, parameter);
      if (producer !== undefined && !found.has(producer)) {
        found.add(producer);
        open.push(producer);
      }
    }
  }
  return [...found].filter((other) => isTraining(other) || other.plan.kind === "model/tiny");
}

/** The step that cut a step's frames. */
export const framesOf = (context: LintContext, step: LoweredStep): LoweredStep | undefined =>
  producerOf(context, step, "dataset");

/** What a step's rows come from in the end, as text: the same text, the same data. */
export function dataOf(context: LintContext, step: LoweredStep): string | undefined {
  const frames = framesOf(context, step);
  const source = (frames ?? step).plan.inputs["dataset"];
  if (source?.from === "input") return `inputs.${source.input}`;
  return source?.from === "step" ? `steps.${source.step}` : undefined;
}

const ROWS_PER_CLIP: Record<string, number> = { sft: 6, grpo: 6, eval: 1 };

/** Rows that a training sees, where the recipe says so. */
export const rowsOf = (context: LintContext, { plan }: LoweredStep): number | undefined =>
  rowsFrom(context, plan.inputs["dataset"], String(plan.params["split"]));

/** Rows of a split, followed back through the steps that hand them on. */
function rowsFrom(
  context: LintContext,
  source: PlanStep["inputs"][string] | undefined,
  split: string,
): number | undefined {
  if (source?.from === "input") return context.recipe.inputs?.[source.input]?.rows?.[split];
  const maker = source?.from === "step" ? context.byId.get(source.step)?.plan : undefined;
  const back = (parameter: string) => rowsFrom(context, maker?.inputs[parameter], split);
  switch (maker?.kind) {
    case "data/synthesize":
      return synthesized(maker, split);
    case "frames/extract":
    case "data/reverse-thinking":
      return back("dataset");
    case "data/ego-st":
      return back("annotations");
    case "data/split":
      if (split !== "train") return back("evaluation");
      if (Number(maker.params["rows"]) > 0) return Number(maker.params["rows"]);
      // Without rows of their own to evaluate, part of the training's are held out.
      return maker.inputs["evaluation"] === undefined ? undefined : back("training");
    default:
      return undefined;
  }
}

function synthesized({ params }: PlanStep, split: string): number | undefined {
  const clips = (params["clips"] as Record<string, number>)[split];
  const perClip = split === "pretrain" ? Number(params["pretrain_rows_per_clip"]) : ROWS_PER_CLIP[split];
  return clips === undefined || perClip === undefined ? undefined : clips * perClip;
}
