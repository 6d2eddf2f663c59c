import { placeIn } from "../../core/facts/steps.ts";
import { DEFAULT_FAMILY } from "../../schemas/families.ts";
import type { Finding, LintContext } from "./facts.ts";

const CLOSED =
  /^(?:[\w-]+\/)?(?:gpt-|chatgpt-|o[1-9](?:-|$)|claude-|gemini-|grok-|qwen-(?:vl-)?(?:max|plus))/i;
const COMMIT = /^[0-9a-f]{40}$/;
const DATED = /(?:\d{4}-\d{2}-\d{2}|\d{8}|-\d{4}|-\d{3})$/;

/** Closed models change under the same name. */
export function undatedModels({ steps }: LintContext): Finding[] {
  return steps.flatMap((step) => {
    if (step.kind.evaluates !== true) return [];
    const hub = Object.entries(step.plan.inputs).flatMap(([name, source]) =>
      source.from === "hub" ? [[name, source.id] as const] : [],
    );
    const named = step.plan.params["model"];
    const models = typeof named === "string" ? [...hub, ["model", named] as const] : hub;
    return models.flatMap(([name, model]) => {
      if (!CLOSED.test(model) || DATED.test(model)) return [];
      const message = `'${model}' is a closed model that changes under this name. Name a dated version, such as ${model}-2024-08-06.`;
      return [{ code: "R0506", step, path: placeIn(step, "with", name), message } satisfies Finding];
    });
  });
}

/** Models on the hub whose weights may be others tomorrow. A closed model has no commits. */
export function unpinnedModels({ steps }: LintContext): Finding[] {
  return steps.flatMap((step) =>
    Object.entries(step.plan.inputs).flatMap(([name, source]) => {
      if (source.from !== "hub") return [];
      if (step.kind.evaluates === true && CLOSED.test(source.id)) return [];
      const [id, revision] = source.id.split("@");
      if (COMMIT.test(revision ?? "")) return [];
      const what =
        revision === undefined
          ? "names no revision, so that the hub's newest is taken"
          : "names a branch or tag, which may move";
      const message = `'${source.id}' ${what}. Pin a commit of 40 digits: ${id}@<commit>.`;
      return [{ code: "R0515", step, path: placeIn(step, "with", name), message } satisfies Finding];
    }),
  );
}

/** An adapter that nobody merges, where something is evaluated: most likely the base. */
export function unmergedAdapters({ kinds, steps }: LintContext): Finding[] {
  const evaluates = steps.some(({ kind }) => kind.evaluates === true);
  const merging = kinds.turning("adapter", "model")?.name ?? "a step that gives a model";
  const used = new Set(
    steps.flatMap(({ plan }) =>
      Object.values(plan.inputs).flatMap((source) =>
        source.from === "step" ? [`${source.step}.${source.output}`] : [],
      ),
    ),
  );
  return steps.flatMap((step) => {
    const adapter = Object.entries(step.plan.outputs).find(([, type]) => type === "adapter")?.[0];
    if (!evaluates || adapter === undefined || used.has(`${step.plan.id}.${adapter}`)) return [];
    const message = `No step merges the adapter that '${step.plan.id}' trains, so no evaluation sees it. Merge it with ${merging}.`;
    return [{ code: "R0510", step, path: placeIn(step), at: "key", message }];
  });
}

const { title, sampling } = DEFAULT_FAMILY;

/** Rollouts whose sampling a model's own file decides. */
export function samplingOfTheModel({ steps }: LintContext): Finding[] {
  return steps.flatMap((step) =>
    ["top_p", "top_k"].flatMap((name) => {
      if (step.plan.params[name] !== "model") return [];
      const message = `'${name}' is left to the model's generation config. ${title}'s has top_k ${sampling["top_k"]}: all rollouts of a group are then equal, and nothing is learnt.`;
      return [{ code: "R0513", step, path: placeIn(step, "with", name), message } satisfies Finding];
    }),
  );
}
