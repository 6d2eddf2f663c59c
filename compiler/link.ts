import type { Diagnostic } from "../schemas/diagnostic.ts";
import { checkStructure } from "./check-structure.ts";
import type { Layers } from "./layers.ts";
import { orderSteps } from "./order.ts";
import { resolveStep } from "./resolve-step.ts";
import type { ResolvedStep } from "./resolved-step.ts";
import { lookupIn, type Scope } from "./scope.ts";
import { Substitution } from "./substitute.ts";
import { validateStep } from "../schemas/validators.ts";
import { isMapping, type Path } from "./mapping.ts";
import type { WrittenSteps } from "./written-steps.ts";

/** Decides which cells are part of the plan, resolves each, and puts them in an order that can run. */
export function link(
  layers: Layers,
  steps: WrittenSteps,
): { steps: ResolvedStep[]; diagnostics: Diagnostic[] } {
  const scope: Scope = { inputs: isMapping(layers.value["inputs"]) ? layers.value["inputs"] : {}, steps };
  const diagnostics: Diagnostic[] = [];
  for (const cell of steps.cells.values()) {
    for (const { text, path } of cell.written.conditions) {
      const substitution = new Substitution(layers, lookupIn(scope, cell, false));
      if (!substitution.condition(text, path)) cell.included = false;
      diagnostics.push(...substitution.diagnostics);
    }
  }
  const { kinds } = steps;
  // A matrix without a combination leaves nothing that would be checked.
  for (const { cells, raw, path } of steps.steps) {
    if (cells.length === 0)
      diagnostics.push(
        ...checkStructure(layers, validateStep(kinds.names, kinds.called), structuredClone(raw), path),
      );
  }
  const resolved = new Map<string, ResolvedStep>();
  for (const cell of steps.cells.values()) {
    const result = resolveStep(layers, scope, cell);
    diagnostics.push(...result.diagnostics);
    if (cell.included) resolved.set(cell.id, result.resolved);
  }
  const after = new Map(
    [...resolved].map(([id, step]) => [id, [...step.after.keys()].filter((other) => resolved.has(other))]),
  );
  if (resolved.size === 0 && steps.steps.length > 0 && diagnostics.length === 0) {
    const message = "Nothing is left to run: every step is left out by its 'if', or has an empty matrix.";
    diagnostics.push(layers.diagnostic("R0105", ["steps"], message, { at: "key" }));
  }
  const { order, cycle } = orderSteps(after);
  if (cycle !== null) diagnostics.push(describeCycle(layers, resolved, cycle));
  return { steps: order.map((id) => resolved.get(id)!), diagnostics };
}

/** The whole trail, with the place of each edge. */
function describeCycle(
  layers: Layers,
  resolved: ReadonlyMap<string, ResolvedStep>,
  cycle: string[],
): Diagnostic {
  const trail = cycle.map((id) => `'${id}'`).join(" waits for ");
  const edges: { message: string; path: Path; at: "value" }[] = cycle.slice(0, -1).map((id, index) => ({
    message: `'${id}' waits for '${cycle[index + 1]!}'`,
    path: resolved.get(id)!.after.get(cycle[index + 1]!)!,
    at: "value",
  }));
  const { path } = resolved.get(cycle[0]!)!.cell.written;
  const self = cycle.length === 2 ? "The step waits for itself" : "Steps wait for each other";
  return layers.diagnostic("R0205", path, `${self}: ${trail}.`, { at: "key", related: edges });
}
