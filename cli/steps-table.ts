import { groupBy } from "../core/group-by.ts";
import type { Kinds } from "../core/kinds.ts";
import { mainNumber, movingNumbers } from "../core/main-number.ts";
import type { RunStanding } from "../runs/look-at-run.ts";
import { counted } from "../schemas/counted.ts";
import type { Plan } from "../schemas/plan.ts";
import { showProgress } from "./progress-text.ts";
import { drawTable } from "./table.ts";

type Step = RunStanding["steps"][number];

// More do not fit on a screen.
const MOST_STEPS = 40;
// What people look for first.
const FIRST: ReadonlySet<Step["status"]> = new Set(["failed", "started", "paused", "cancelled", "skipped"]);
const OVER: ReadonlySet<Step["status"]> = new Set(["done", "reused"]);

/** A run's steps as a table; of very many those that need a look, and how many others there are, unless `all` are asked for. */
export function stepsTable(
  steps: readonly Step[],
  { steps: planned }: Plan,
  kinds: Kinds,
  all: boolean,
): string {
  const shown = all || steps.length <= MOST_STEPS ? steps : urgent(steps);
  const kindOf = new Map(planned.map(({ id, kind }) => [id, kinds.find(kind)]));
  const rows = shown.map(({ id, status, progress, metrics, first, outputs }) => [
    id,
    status,
    progress === null || OVER.has(status) ? "" : showProgress(progress),
    OVER.has(status) ? mainNumber(kindOf.get(id), metrics) : movingNumbers(kindOf.get(id), first, metrics),
    Object.keys(outputs).join(", "),
  ]);
  const table = drawTable(["step", "status", "progress", "result", "outputs"], rows);
  if (shown.length === steps.length) return table;
  const rest = groupBy(
    steps.filter((step) => !shown.includes(step)),
    ({ status }) => status,
  );
  const counts = [...rest].map(([status, some]) => `${some.length} ${status}`).join(", ");
  return `${table}\n${counted(steps.length, "step")}; not shown: ${counts}. --details shows all.`;
}

function urgent(steps: readonly Step[]): Step[] {
  const chosen = steps.filter(({ status }) => FIRST.has(status)).slice(0, MOST_STEPS);
  const others = steps.filter((step) => !chosen.includes(step) && !OVER.has(step.status));
  const kept = new Set([...chosen, ...others.slice(0, MOST_STEPS - chosen.length)]);
  return kept.size === 0 ? steps.slice(0, MOST_STEPS) : steps.filter((step) => kept.has(step));
}
