import { isNamed, isWithheld } from "../../core/name-pattern.ts";
import { pathOf } from "../../core/facts/steps.ts";
import type { Finding, LintContext } from "./facts.ts";

/** Names in `pass_env` that no program gets: of the recipe's secrets, and of the worker's way to its server. */
export function passedNames({ steps, recipe }: LintContext): Finding[] {
  const secrets = Object.entries(recipe.inputs ?? {}).flatMap(([name, { type, env }]) =>
    type === "secret" && env !== undefined ? [{ name, env }] : [],
  );
  return steps.flatMap((step) =>
    ((step.plan.params["pass_env"] ?? []) as string[]).flatMap((pattern, index) => {
      const secret = secrets.find(({ env }) => isNamed(env, [pattern]));
      if (secret === undefined && !isWithheld(pattern)) return [];
      const message =
        secret === undefined
          ? `'${pattern}' is how a worker reaches its server; no program gets it.`
          : `'pass_env' passes no secret, and '${pattern}' names that of the input '${secret.name}' (${secret.env}). Give it by 'secrets', and name the others without it.`;
      return [{ code: "R0309" as const, path: pathOf(step, "with", "pass_env", index), message }];
    }),
  );
}
