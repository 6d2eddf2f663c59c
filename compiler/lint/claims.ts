import { splitMetric } from "../../schemas/metric-name.ts";
import { KIND_SCHEMAS } from "../../schemas/kinds.ts";
import type { RecipeClaim } from "../../schemas/generated/recipe.ts";
import { namesOf } from "../expression/names-in.ts";
import { parseExpression } from "../expression/parse-expression.ts";
import { selectionOf } from "../selection.ts";
import type { Finding, LintContext } from "./facts.ts";

/** Claims on metrics of programs that do not say which ones they report. */
export function undeclaredMetrics({ recipe, steps }: LintContext): Finding[] {
  return (recipe.claims ?? []).flatMap((claim, index) =>
    metricsOf(claim).flatMap(([name, metric]): Finding[] => {
      const { step: id } = selectionOf(name);
      const step = steps.find(({ plan, resolved }) => plan.id === name || resolved.cell.written.id === id);
      if (step === undefined || !Object.hasOwn(KIND_SCHEMAS[step.plan.kind].properties, "metrics")) return [];
      if (step.plan.params["metrics"] !== undefined) return [];
      const message = `'${name}' does not declare its metrics: whether its program reports '${metric}' is not known before the run. Add 'metrics: [${metric}]' to its 'with', with all others that it reports.`;
      return [
        {
          code: "R0517",
          step,
          path: ["claims", index, claim.that === undefined ? "metric" : "that"],
          message,
        },
      ];
    }),
  );
}

function metricsOf({ metric, that }: RecipeClaim): (readonly [step: string, metric: string])[] {
  if (that !== undefined)
    return namesOf(parseExpression(that)).map(([step = "", ...name]) => [step, name.join(".")] as const);
  const parts = metric === undefined ? null : splitMetric(metric);
  return parts === null ? [] : [parts];
}
