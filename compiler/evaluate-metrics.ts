import { evaluate } from "./expression/evaluate.ts";
import { parseExpression } from "./expression/parse-expression.ts";

/** The value of an expression over metrics, such as `score.accuracy - base.accuracy`. Throws when it is no number. */
export function evaluateMetrics(text: string, metricOf: (step: string, metric: string) => number): number {
  const value = evaluate(parseExpression(text), ([step, ...metric]) =>
    metricOf(step!.name, metric.map(({ name }) => name).join(".")),
  );
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Error("it is no finite number");
  return value;
}
