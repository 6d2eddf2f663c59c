import { KINDS } from "../../activities/index.ts";
import type { Layers } from "../../compiler/layers.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import type { Decision, TriggerKind } from "../../schemas/gitops.ts";
import type { ServerTrust } from "../../schemas/gitops-policy.ts";
import type { Plan, PlanStep } from "../../schemas/plan.ts";

interface Asking {
  decision: Pick<Decision, "secrets" | "stranger">;
  trigger: TriggerKind;
  trust: Pick<ServerTrust, "deniedKinds">;
}

/** What is valid and may not run from a trigger: kinds and secrets that it is not given, each at its place in the recipe. */
export const notAllowed = (
  { plan, recipe }: { plan: Plan; recipe: Layers },
  { decision, trigger, trust }: Asking,
): Diagnostic[] => [
  ...plan.steps.flatMap((step) => {
    const { id, kind } = step;
    const why = whyKind(kind, decision.stranger, trigger === "pull_request" ? trust.deniedKinds : []);
    if (why === null) return [];
    const message = `The step '${id}' may not run: ${why}.`;
    return [recipe.diagnostic("R0712", [...writtenPath(recipe, step), "uses"], message)];
  }),
  ...secretsOf(plan).flatMap((name) => {
    if (decision.secrets.includes(name)) return [];
    const why = decision.stranger
      ? "commits of forks and strangers get no secret"
      : "the server's operator does not give it to this recipe and event";
    return [
      recipe.diagnostic("R0713", placeOfSecret(recipe, name), `The secret ${name} may not be had: ${why}.`),
    ];
  }),
];

function whyKind(name: string, stranger: boolean, denied: readonly string[]): string | null {
  if (denied.includes(name)) return `the server's operator allows '${name}' in no pull request`;
  if (!stranger) return null;
  const { takesAnySecret, schema } = KINDS.get(name);
  if (takesAnySecret === true)
    return `'${name}' runs programs, which commits of forks and strangers may not bring along`;
  return (schema["x-secrets"] ?? []).length > 0
    ? `'${name}' asks over the network with a secret, which commits of forks and strangers do not get`
    : null;
}

/** Names of the variables that the recipe's secrets stand in, and of those that kinds take by themselves. */
const secretsOf = ({ secrets, steps }: Plan): string[] => [
  ...new Set([...secrets, ...steps.flatMap((step) => Object.values(step.secrets))]),
];

/** Where a step is written, or the step that a cell of a matrix is of; it may stand in a group. */
function writtenPath({ value }: Layers, { id, matrix }: Pick<PlanStep, "id" | "matrix">): string[] {
  const isIt = (name: string) => name === id || (Object.keys(matrix).length > 0 && id.startsWith(`${name}-`));
  const longest = (names: string[]) => names.filter(isIt).sort((a, b) => b.length - a.length)[0];
  const steps = (value["steps"] ?? {}) as Record<string, { steps?: Record<string, unknown> }>;
  const paths = Object.entries(steps).flatMap(([name, { steps: inner }]) =>
    inner === undefined ? [["steps", name]] : Object.keys(inner).map((own) => ["steps", name, "steps", own]),
  );
  const found = longest(paths.map((path) => path.at(-1)!));
  return paths.find((path) => path.at(-1) === found) ?? ["steps"];
}

function placeOfSecret({ value }: Layers, name: string): string[] {
  const inputs = (value["inputs"] ?? {}) as Record<string, { env?: unknown }>;
  const input = Object.entries(inputs).find(([, { env }]) => env === name)?.[0];
  return input === undefined ? ["steps"] : ["inputs", input, "env"];
}
