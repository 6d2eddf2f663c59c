import { kindsOf } from "../../activities/index.ts";
import { accelerateConfig } from "../../programs/accelerate-config.ts";
import { DEFAULT_FAMILY } from "../../schemas/families.ts";
import type { Plan, PlanStep } from "../../schemas/plan.ts";

/** What the preflight program is asked about one step. */
export interface Asked {
  id: string;
  kind: string;
  params: Record<string, unknown>;
  processes: number;
  model: string;
  frames: number;
  /** Width and height of the largest frame, in pixels. */
  frame: [number, number];
  /** What `accelerate launch` would read, where the step trains in several processes. */
  accelerate: Record<string, unknown> | null;
}

/** The steps that can be looked at before they run: those whose model comes from the hub. */
export function askedOf(plan: Plan): Asked[] {
  const { steps } = plan;
  const kinds = kindsOf(plan);
  const byId = new Map(steps.map((step) => [step.id, step]));
  return steps.flatMap((step) => {
    const model = kinds.get(step.kind).preflight === true ? modelOf(step, byId) : undefined;
    if (model === undefined) return [];
    const cut = framesOf(step, byId);
    return [
      {
        id: step.id,
        kind: step.kind,
        params: step.params,
        processes: step.processes,
        model,
        frames: Number(step.params["frames"] ?? 8),
        frame: largestFrame(cut?.params["size"]),
        accelerate: step.processes > 1 ? accelerateConfig(step) : null,
      },
    ];
  });
}

/** The model on the hub that a step's model was made from. */
function modelOf(step: PlanStep, byId: ReadonlyMap<string, PlanStep>): string | undefined {
  const source = step.inputs["model"];
  if (source?.from === "hub") return source.id;
  const maker = source?.from === "step" ? byId.get(source.step) : undefined;
  return maker === undefined ? undefined : modelOf(maker, byId);
}

function framesOf(step: PlanStep, byId: ReadonlyMap<string, PlanStep>): PlanStep | undefined {
  const source = step.inputs["dataset"];
  if (source?.from !== "step") return undefined;
  const maker = byId.get(source.step);
  return maker?.outputs[source.output] === "frames" ? maker : undefined;
}

/** Of a budget of pixels the largest square within it; 224 x 224 where nothing is said. */
function largestFrame(size: unknown): [number, number] {
  if (typeof size === "string" && size.includes("x")) {
    const [width, height] = size.split("x").map(Number);
    return [width!, height!];
  }
  const budget = (size as { max_pixels?: number } | null | undefined)?.max_pixels;
  const { token_side } = DEFAULT_FAMILY;
  const side = budget === undefined ? 224 : Math.floor(Math.sqrt(budget) / token_side) * token_side;
  return [side, side];
}
