import { isNamed, isWithheld } from "../../core/name-pattern.ts";
import { placeIn } from "../../core/facts/steps.ts";
import type { Finding, LintContext, LoweredStep } from "./facts.ts";

/** Names of variables to be passed that no program gets: of the recipe's secrets, and of the worker's way to its server. */
export function passedNames({ steps, recipe }: LintContext): Finding[] {
  const secrets = Object.entries(recipe.inputs ?? {}).flatMap(([name, { type, env }]) =>
    type === "secret" && env !== undefined ? [{ name, env }] : [],
  );
  return steps.flatMap((step) =>
    passedBy(step).flatMap(({ parameter, pattern, index }) => {
      const secret = secrets.find(({ env }) => isNamed(env, [pattern]));
      if (secret === undefined && !isWithheld(pattern)) return [];
      const message =
        secret === undefined
          ? `'${pattern}' is how a worker reaches its server; no program gets it.`
          : `'${parameter}' passes no secret, and '${pattern}' names that of the input '${secret.name}' (${secret.env}). Give it by 'secrets', and name the others without it.`;
      return [{ code: "R0309" as const, path: placeIn(step, "with", parameter, index), message }];
    }),
  );
}

/** The names, or beginnings with a * behind, that a step passes. */
const passedBy = ({ kind, plan }: LoweredStep): { parameter: string; pattern: string; index: number }[] =>
  Object.entries(kind.schema.properties).flatMap(([parameter, { "x-passes": passes }]) =>
    passes === true
      ? ((plan.params[parameter] ?? []) as string[]).map((pattern, index) => ({ parameter, pattern, index }))
      : [],
  );
