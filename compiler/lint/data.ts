import type { PlanStep } from "../../schemas/plan.ts";
import { dataOf, framesOf, placeIn, trainingsOf } from "../../core/facts/steps.ts";
import type { Finding, LintContext } from "./facts.ts";

/** A model that is evaluated on what it was trained on. */
export function sharedSplits(context: LintContext): Finding[] {
  return context.steps.flatMap((step) => {
    if (step.kind.evaluates !== true) return [];
    const data = dataOf(context, step);
    const same = trainingsOf(context, step).find(
      (training) =>
        data !== undefined &&
        dataOf(context, training) === data &&
        training.plan.params["split"] === step.plan.params["split"],
    );
    if (same === undefined) return [];
    const message = `The model was trained on the split '${String(step.plan.params["split"])}' of the same data, by '${same.plan.id}': its score says nothing about new data.`;
    const related = [
      {
        message: `'${same.plan.id}' trains on it`,
        path: placeIn(same, "with", "split"),
        at: "value" as const,
      },
    ];
    return [{ code: "R0507", step, path: placeIn(step, "with", "split"), message, related }];
  });
}

const givesFrames = ({ plan }: { plan: PlanStep }): boolean => Object.values(plan.outputs).includes("frames");

/** Steps that read another number of frames than their dataset was cut into: each would fail once it has loaded its model. */
export function framesThatAreCut(context: LintContext): Finding[] {
  return context.steps.flatMap((step) => {
    const cut = framesOf(context, step);
    const [reads, has] = [step.plan.params["frames"], cut?.plan.params["frames"]];
    if (cut === undefined || !givesFrames(cut) || reads === undefined || reads === has) return [];
    const message = `'${step.plan.id}' reads ${Number(reads)} frames per clip, and '${cut.plan.id}' cuts ${Number(has)}. Set 'frames' to the same number in both.`;
    const related = [
      { message: `'${cut.plan.id}' cuts them`, path: placeIn(cut, "with", "frames"), at: "value" as const },
    ];
    return [{ code: "R0312", step, path: placeIn(step, "with", "frames"), message, related }];
  });
}

const FRAME_RULES = ["frames", "rule", "size"];

/** Stages of one model that see a video in different ways. */
export function differentFrames(context: LintContext): Finding[] {
  return context.steps.flatMap((step) => {
    const ours = framesOf(context, step);
    if (ours === undefined) return [];
    for (const training of trainingsOf(context, step)) {
      const theirs = framesOf(context, training);
      if (theirs === undefined || theirs === ours) continue;
      const differs = FRAME_RULES.find(
        (name) => JSON.stringify(ours.plan.params[name]) !== JSON.stringify(theirs.plan.params[name]),
      );
      if (differs === undefined) continue;
      const values = `${JSON.stringify(ours.plan.params[differs])} here and ${JSON.stringify(theirs.plan.params[differs])} in '${theirs.plan.id}'`;
      const message = `'${step.plan.id}' sees other frames than its model was trained on: '${differs}' is ${values}.`;
      const related = [{ message: `'${training.plan.id}' is trained on these`, path: placeIn(theirs) }];
      return [{ code: "R0508", step, path: placeIn(ours, "with", differs), message, related }];
    }
    return [];
  });
}

/** Inputs that no expression names. */
export function unusedInputs({ recipe }: LintContext): Finding[] {
  const { inputs = {}, steps } = recipe;
  const used = new Set(
    [...JSON.stringify(steps).matchAll(/\binputs(?:\.|\[\\?["'])([a-z][a-z0-9_]*)/g)].map(([, name]) => name),
  );
  return Object.keys(inputs).flatMap((name) =>
    used.has(name)
      ? []
      : [{ code: "R0511", path: ["inputs", name], at: "key", message: `No step uses the input '${name}'.` }],
  );
}
