import type { RunRecord } from "../schemas/generated/run-record.ts";
import type { Plan, PlanStep } from "../schemas/plan.ts";
import { digestOf } from "../core/digest.ts";
import { leavesOf } from "./mapping.ts";

type Change = RunRecord["versions"][number]["changes"][number];

/** What differs between two plans of one run, down to the field. */
export function planChanges(before: Plan, after: Plan): Change[] {
  const old = new Map(before.steps.map((step) => [step.id, step]));
  const now = new Map(after.steps.map((step) => [step.id, step]));
  const ids = [...new Set([...old.keys(), ...now.keys()])];
  return [
    ...ids.flatMap((id) => stepChanges(id, old.get(id), now.get(id))),
    ...(["inputs", "claims", "deviations"] as const).flatMap((field) =>
      changed(null, field, before[field], after[field]),
    ),
  ];
}

function stepChanges(id: string, before: PlanStep | undefined, after: PlanStep | undefined): Change[] {
  if (before === undefined || after === undefined)
    return [{ step: id, field: "step", from: before?.kind ?? null, to: after?.kind ?? null }];
  const [old, now] = [leavesOf({ ...before }), leavesOf({ ...after })];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((field) =>
    changed(id, field, old.get(field), now.get(field)),
  );
}

function changed(step: string | null, field: string, from: unknown = null, to: unknown = null): Change[] {
  return digestOf({ value: from }) === digestOf({ value: to }) ? [] : [{ step, field, from, to }];
}
