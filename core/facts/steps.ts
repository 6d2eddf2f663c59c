import type { PlanStep } from "../../schemas/plan.ts";
import type { RecipeFacts, StepFacts } from "../kind.ts";

/** A place in a step. */
export const placeIn = ({ path }: StepFacts, ...more: (string | number)[]): (string | number)[] => [
  ...path,
  ...more,
];

/** A parameter that is a number; 0 where it is not given. */
export const numberOf = ({ plan }: Pick<StepFacts, "plan">, name: string): number =>
  Number(plan.params[name] ?? 0);

/** Whether its optimizer steps follow from the recipe. */
export const isTraining = ({ kind }: StepFacts): boolean => kind.learns?.steps !== undefined;

/** The step that an artifact parameter's value comes from, if it comes from a step. */
function producerOf({ byId }: RecipeFacts, { plan }: StepFacts, parameter: string): StepFacts | undefined {
  const source = plan.inputs[parameter];
  return source?.from === "step" ? byId.get(source.step) : undefined;
}

/** The trainings that made a step's model, the last one first. */
export function trainingsOf(recipe: RecipeFacts, step: StepFacts): StepFacts[] {
  const found = new Set<StepFacts>();
  const open = [step];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const parameter of ["model", "adapter"]) {
      const producer = producerOf(recipe, next, parameter);
      if (producer !== undefined && !found.has(producer)) {
        found.add(producer);
        open.push(producer);
      }
    }
  }
  return [...found].filter(({ kind }) => kind.learns !== undefined);
}

/** The step that cut a step's frames. */
export const framesOf = (recipe: RecipeFacts, step: StepFacts): StepFacts | undefined =>
  producerOf(recipe, step, "dataset");

/** What a step's rows come from in the end, as text: the same text, the same data. */
export function dataOf(recipe: RecipeFacts, step: StepFacts): string | undefined {
  const frames = framesOf(recipe, step);
  const source = (frames ?? step).plan.inputs["dataset"];
  if (source?.from === "input") return `inputs.${source.input}`;
  return source?.from === "step" ? `steps.${source.step}` : undefined;
}

/** Rows that a training sees, where the recipe says so. */
export const rowsOf = (recipe: RecipeFacts, { plan }: StepFacts): number | undefined =>
  rowsFrom(recipe, plan.inputs["dataset"], String(plan.params["split"]));

/** Rows of a split, followed back through the steps that hand them on. */
function rowsFrom(
  recipe: RecipeFacts,
  source: PlanStep["inputs"][string] | undefined,
  split: string,
): number | undefined {
  if (source?.from === "input") return recipe.recipe.inputs?.[source.input]?.rows?.[split];
  const maker = source?.from === "step" ? recipe.byId.get(source.step) : undefined;
  return maker?.kind.rows?.(maker.plan, split, (parameter) =>
    rowsFrom(recipe, maker.plan.inputs[parameter], split),
  );
}
