import type { KindDefinition } from "../core/kind.ts";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import { checkStructure } from "./check-structure.ts";
import { seconds } from "../core/seconds.ts";
import { ReferenceFollower } from "./follow-references.ts";
import type { Layers } from "./layers.ts";
import type { ResolvedStep } from "./resolved-step.ts";
import { lookupIn, type Scope } from "./scope.ts";
import { Substitution } from "./substitute.ts";
import { validateParams, validateStep } from "../schemas/validators.ts";
import { isMapping, type Mapping, type Path } from "./mapping.ts";
import type { Cell } from "./written-steps.ts";

const YEAR = 366 * 86_400;

/** Resolves one cell; collects all that is wrong with it. */
export function resolveStep(
  layers: Layers,
  scope: Scope,
  cell: Cell,
): { resolved: ResolvedStep; diagnostics: Diagnostic[] } {
  const { raw, path, kind } = cell.written;
  const { kinds } = scope.steps;
  const { uses, if: condition, matrix, source, deviations, accept, ...rest } = raw;
  const substitution = new Substitution(layers, lookupIn(scope, cell, true));
  const value = substitution.value(rest, path) as Mapping;
  const whole = { ...value, ...present({ uses, if: condition, matrix, source, deviations, accept }) };
  const diagnostics = checkStructure(
    layers,
    validateStep(kinds.names, kinds.called),
    whole,
    path,
    substitution.failed,
  );
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
    diagnostics.push(...wrong, ...wrongSizes(layers, kind, params, [...path, "with"]));
    diagnostics.push(...wrongResources(layers, kind, value["resources"], [...path, "resources"]));
    const { properties } = kind.schema;
    for (const [name, given] of Object.entries(params)) {
      if (name.startsWith("x-")) continue;
      const { "x-artifact": one, "x-artifacts": many } = Object.hasOwn(properties, name)
        ? properties[name]!
        : {};
      const place = [...path, "with", name];
      if (many !== undefined && isMapping(given)) {
        for (const [inner, text] of Object.entries(given))
          if (typeof text === "string") follower.artifact(`${name}.${inner}`, [...place, inner], text, many);
      } else if (one === undefined) resolved.params[name] = asWritten(layers, kind, given, place);
      else if (typeof given === "string") follower.artifact(name, place, given, one);
    }
    follower.plainOnly([...path, "with"], resolved.inputs);
  }
  follower.secrets(value["secrets"], [...path, "secrets"]);
  follower.needs(value["needs"], [...path, "needs"]);
  diagnostics.push(...substitution.diagnostics);
  return { resolved, diagnostics };
}

/** What a program gets as text keeps the text that a number or word has in the recipe: 1.10 is a version. */
function asWritten(layers: Layers, kind: KindDefinition, given: unknown, place: Path): unknown {
  const properties = kind.schema.properties;
  const name = String(place.at(-1));
  if (!isMapping(given) || !Object.hasOwn(properties, name) || properties[name]!["x-as-written"] !== true)
    return given;
  const text = (key: string, value: unknown): unknown => {
    const written = typeof value === "string" ? undefined : layers.writtenAt([...place, key]);
    return written === undefined || written === String(value) ? value : written;
  };
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, text(key, value)]));
}

/** Sides that do not fit the model's patches would be resized a second time, or fail in the trainer. */
function wrongSizes(layers: Layers, kind: KindDefinition, params: Mapping, place: Path): Diagnostic[] {
  return Object.entries(kind.schema.properties).flatMap(([name, { "x-multiple": multiple }]) => {
    const size = Object.hasOwn(params, name) ? params[name] : undefined;
    if (multiple === undefined || typeof size !== "string" || !/^[0-9]+x[0-9]+$/.test(size)) return [];
    const sides = size.split("x").map(Number);
    if (sides.every((side) => side % multiple === 0)) return [];
    const suggestion = sides.map((side) => Math.max(1, Math.round(side / multiple)) * multiple).join("x");
    const message = `Both sides of ${size} must be multiples of ${multiple}, the model's patch size. Did you mean '${suggestion}'?`;
    return [layers.diagnostic("R0104", [...place, name], message, { suggestion })];
  });
}

/** A wish that would be lost without a word: only trainings divide their work among processes, and sums have a step's own cores. */
function wrongResources(layers: Layers, kind: KindDefinition, resources: unknown, place: Path): Diagnostic[] {
  if (!isMapping(resources)) return [];
  const { processes, threads, cpu = kind.schema["x-resources"].cpu } = resources;
  const diagnostic = (name: string, message: string) => layers.diagnostic("R0104", [...place, name], message);
  const wrong: Diagnostic[] = [];
  if (Number(processes) > 1 && kind.schema["x-processes"] !== "several")
    wrong.push(diagnostic("processes", `${kind.name} runs in one process.`));
  if (Number(threads) > Math.max(1, Number(cpu)))
    wrong.push(
      diagnostic(
        "threads",
        `Sums on ${String(threads)} threads need as many cores; 'cpu' is ${String(cpu)}.`,
      ),
    );
  return wrong;
}

const present = (values: Mapping): Mapping =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
