import type { Diagnostic } from "../schemas/diagnostic.ts";
import { cellsNamed, namesOfClaim } from "./claim-cells.ts";
import type { Layers } from "./layers.ts";
import type { Mapping, Path } from "./mapping.ts";
import { closest } from "../core/suggest.ts";
import type { WrittenSteps } from "./written-steps.ts";

/** The key whose values are seeds, unless a claim names another one. */
const SEED_KEY = "seed";

/** A claim over seeds, whose steps have no such key in their matrices, would count one seed whatever is run. */
export function checkSeeds(layers: Layers, steps: WrittenSteps, claim: Mapping, path: Path): Diagnostic[] {
  const { seed_key: key = SEED_KEY, unit, seeds } = claim;
  const over = unit === "seed" || (typeof seeds === "number" && seeds > 1);
  // The schema writes the usual key where none is stated.
  if (typeof key !== "string" || (key === SEED_KEY && !over)) return [];
  const keys = keysOf(steps, claim);
  if (keys === undefined || keys.includes(key)) return [];
  const at = key !== SEED_KEY ? "seed_key" : unit === "seed" ? "unit" : "seeds";
  const near = closest(key, keys);
  const has = keys.length === 0 ? "None of its steps has a matrix." : `They have: ${keys.join(", ")}.`;
  const hint = near === undefined ? has : `Did you mean '${near}'?`;
  const name = at === "seed_key" ? "" : " 'seed_key' names another one.";
  const message = `The matrices of the claim's steps have no key '${key}', so that there is one seed only. ${hint}${name}`;
  return [layers.diagnostic("R0304", [...path, at], message, at === "seed_key" ? { suggestion: near } : {})];
}

/** Keys of the matrices of a claim's steps; undefined where a name cannot be read or is none, which is told elsewhere. */
function keysOf(steps: WrittenSteps, claim: Mapping): string[] | undefined {
  try {
    const cells = namesOfClaim(claim).map((name) => cellsNamed(steps, name) ?? []);
    if (cells.length === 0 || cells.some((found) => found.length === 0)) return undefined;
    return [...new Set(cells.flat().flatMap(({ written: { keys } }) => keys))];
  } catch {
    return undefined;
  }
}
