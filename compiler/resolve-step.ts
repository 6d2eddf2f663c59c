import { KIND_SCHEMAS } from "../schemas/kinds.ts";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import { checkStructure } from "./check-structure.ts";
import { seconds } from "./duration.ts";
import { ReferenceFollower } from "./follow-references.ts";
import type { Layers } from "./layers.ts";
import type { ResolvedStep } from "./resolved-step.ts";
import { lookupIn, type Scope } from "./scope.ts";
import { Substitution } from "./substitute.ts";
import { validateParams, validateStep } from "./validators.ts";
import { isMapping, type Cell, type Mapping } from "./written-steps.ts";

const YEAR = 366 * 86_400;

/** Resolves one cell; collects all that is wrong with it. */
export function resolveStep(
  layers: Layers,
  scope: Scope,
  cell: Cell,
): { resolved: ResolvedStep; diagnostics: Diagnostic[] } {
  const { raw, path, kind } = cell.written;
  const { uses, if: condition, matrix, source, deviations, accept, ...rest } = raw;
  const substitution = new Substitution(layers, lookupIn(scope, cell, true));
  const value = substitution.value(rest, path) as Mapping;
  const whole = { ...value, ...present({ uses, if: condition, matrix, source, deviations, accept }) };
  const diagnostics = checkStructure(layers, validateStep(), whole, path, substitution.failed);
  const { timeout } = value;
  if (
    diagnostics.length === 0 &&
    typeof timeout === "string" &&
    !(seconds(timeout) >= 1 && seconds(timeout) <= YEAR)
  ) {
    diagnostics.push(
      layers.diagnostic("R0104", [...path, "timeout"], "A timeout is at least a second and at most a year."),
    );
  }
  const params = isMapping(value["with"]) ? value["with"] : {};
  const resolved: ResolvedStep = {
    cell,
    kind,
    step: { ...value, ...present({ deviations, accept }) },
    params: {},
    inputs: {},
    secrets: {},
    after: new Map(),
  };
  const follower = new ReferenceFollower(layers, scope, substitution, resolved, diagnostics);
  if (kind !== undefined && isMapping(value["with"])) {
    const wrong = checkStructure(
      layers,
      validateParams(kind),
      params,
      [...path, "with"],
      substitution.failed,
    );
    diagnostics.push(...wrong);
    const { properties } = KIND_SCHEMAS[kind];
    for (const [name, given] of Object.entries(params)) {
      if (name.startsWith("x-")) continue;
      const accepted = Object.hasOwn(properties, name) ? properties[name]?.["x-artifact"] : undefined;
      const place = [...path, "with", name];
      if (accepted === undefined) resolved.params[name] = given;
      else if (typeof given === "string") follower.artifact(name, place, given, accepted);
    }
    follower.plainOnly([...path, "with"], resolved.inputs);
  }
  follower.secrets(value["secrets"], [...path, "secrets"]);
  follower.needs(value["needs"], [...path, "needs"]);
  diagnostics.push(...substitution.diagnostics);
  return { resolved, diagnostics };
}

const present = (values: Mapping): Mapping =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
