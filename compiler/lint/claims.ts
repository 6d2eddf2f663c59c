import { splitMetric } from "../../schemas/metric-name.ts";
import type { RecipeClaim } from "../../schemas/generated/recipe.ts";
import { declaring } from "../../schemas/kinds.ts";
import { namesOf } from "../expression/names-in.ts";
import { parseExpression } from "../expression/parse-expression.ts";
import { hasValues, selectionOf } from "../selection.ts";
import type { Finding, LintContext } from "./facts.ts";

/** Claims on metrics of programs that do not say which ones they report, or, by an expression, say others. */
export function undeclaredMetrics({ recipe, steps }: LintContext): Finding[] {
  return (recipe.claims ?? []).flatMap((claim, index) => {
    const path = ["claims", index, claim.that === undefined ? "metric" : "that"];
    return metricsOf(claim).flatMap(([name, metric]) =>
      steps.flatMap((step): Finding[] => {
        const { plan, kind, resolved } = step;
        const { step: id, values } = selectionOf(name);
        const { cell } = resolved;
        const isNamed = plan.id === name || (cell.written.id === id && hasValues(cell, values));
        const parameter = declaring(kind.schema, "metrics");
        if (!isNamed || parameter === undefined) return [];
        const declared = plan.params[parameter] as string[] | undefined;
        if (declared?.includes(metric)) return [];
        if (declared !== undefined)
          return [{ code: "R0304", step, path, message: `'${plan.id}' declares no metric '${metric}'.` }];
        const message = `'${name}' does not declare its metrics: whether its program reports '${metric}' is not known before the run. Add '${parameter}: [${metric}]' to its 'with', with all others that it reports.`;
        return [{ code: "R0517", step, path, message }];
      }),
    );
  });
}

function metricsOf({ metric, that }: RecipeClaim): (readonly [step: string, metric: string])[] {
  if (that !== undefined)
    return namesOf(parseExpression(that)).map(([step = "", ...name]) => [step, name.join(".")] as const);
  const parts = metric === undefined ? null : splitMetric(metric);
  return parts === null ? [] : [parts];
}
