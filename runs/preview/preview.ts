import pLimit from "p-limit";
import { kindsOf } from "../../activities/index.ts";
import type { Conformity } from "../../compiler/paper/conform.ts";
import type { Kinds } from "../../core/kinds.ts";
import { fingerprint, resultFields, resumeKey, type Tools } from "../../core/fingerprint.ts";
import type { Artifact, Plan, PlanStep } from "../../schemas/plan.ts";
import { reusedOutcome, type FinishedStep } from "../../store/finished-steps.ts";
import type { KnownWork } from "../../store/works.ts";
import { because } from "./because.ts";
import type { History } from "./history.ts";
import type { Reason, StepPreview } from "./step-preview.ts";
import type { Store } from "../../store/store.ts";

// Enough to keep the disk busy.
const AT_ONCE = 32;

/** What a run would do with each step, from the store alone: neither server nor Python is started. */
export async function previewPlan(
  store: Store,
  plan: Plan,
  inputs: Record<string, Artifact>,
  tools: Tools,
  history: History,
  paper: Conformity | null = null,
): Promise<StepPreview[]> {
  const around: Around = {
    recipe: plan.recipe.name,
    kinds: kindsOf(plan),
    works: store.works.list(),
    inputs,
    tools,
    history,
    paper,
    previews: new Map(),
    outputs: new Map(),
  };
  const limit = pLimit(AT_ONCE);
  const begun = new Map<string, Promise<StepPreview>>();
  for (const step of plan.steps) {
    const producers = Object.values(step.inputs).flatMap((source) =>
      source.from === "step" ? [begun.get(source.step)!] : [],
    );
    const preview = Promise.all(producers).then(() => limit(() => previewStep(store, step, around)));
    begun.set(
      step.id,
      preview.then((found) => {
        around.previews.set(step.id, found);
        return found;
      }),
    );
  }
  return Promise.all(begun.values());
}

/** What a step gave before; sure when it is there. */
interface Known {
  outputs: FinishedStep["outputs"];
  /** Steps that must first give the same bytes again. */
  unless: string[];
}

interface Around {
  recipe: string;
  kinds: Kinds;
  /** Where earlier tries may have left checkpoints. */
  works: Promise<KnownWork[]>;
  inputs: Record<string, Artifact>;
  tools: Tools;
  history: History;
  paper: Conformity | null;
  previews: Map<string, StepPreview>;
  outputs: Map<string, Known>;
}

async function previewStep(store: Store, step: PlanStep, around: Around): Promise<StepPreview> {
  const { kinds, tools, history, previews, outputs, inputs, paper } = around;
  const { schema } = kinds.get(step.kind);
  const asked = { store, step, schema, previews, tools, inputs, paper };
  const sources = sourcesOf(step, around);
  if (sources === null) {
    const last = await history.lastOf(step.id);
    const reasons = await because({ ...asked, fields: null, last });
    return { ...NOTHING, step, because: reasons, last: last.finished };
  }
  const fields = resultFields(schema, step, sources.artifacts, tools);
  const print = fingerprint(schema, step, sources.artifacts, tools);
  const known = await store.results.recall(print, step);
  if (known.how === "whole") {
    outputs.set(step.id, { outputs: known.step.outputs, unless: sources.unless });
    const common = {
      id: step.id,
      kind: step.kind,
      fingerprint: print,
      inputs: sources.artifacts,
      threads: null,
    };
    const sure = sources.unless.length === 0;
    return {
      ...NOTHING,
      step,
      action: "reuse",
      fingerprint: print,
      fields,
      because: sources.unless.map((id) => ({
        kind: "upstream",
        field: `steps.${id}`,
        from: null,
        to: "the same bytes",
        text: `if ${id} yields the same bytes again`,
      })),
      outcome: sure ? reusedOutcome(common, known.step) : null,
      last: known.step,
    };
  }
  const key = resumeKey(schema, step, sources.artifacts, tools);
  const { checkpoint, refused } = await store.works.newestCheckpoint({ key });
  if (checkpoint === null) {
    const about = { recipe: around.recipe, step: step.id, fields };
    refused.push(...(await store.works.refusedElsewhere(await around.works, { key, about })));
  }
  const common = { step, fingerprint: print, fields, refused, resumeFrom: checkpoint?.step ?? null };
  const action = checkpoint === null ? "run" : "resume";
  if (known.how === "damaged") {
    // Made again from the same, it most likely gives the same: what hangs on it need not run.
    outputs.set(step.id, { outputs: known.step.outputs, unless: [...sources.unless, step.id] });
    const reasons = known.defects.map((text): Reason => ({
      kind: "damaged",
      field: "artifact",
      from: null,
      to: null,
      text,
    }));
    return { ...NOTHING, ...common, action, because: reasons, last: known.step };
  }
  const last = await history.lastOf(step.id);
  const reasons = await because({ ...asked, fields, last });
  return { ...NOTHING, ...common, action, because: reasons, last: last.finished };
}

const NOTHING: Omit<StepPreview, "step"> = {
  action: "run",
  fingerprint: null,
  because: [],
  resumeFrom: null,
  refused: [],
  outcome: null,
  fields: null,
  last: null,
};

/** The artifacts that a step would get, or null when one of them is not known yet. */
function sourcesOf(
  step: PlanStep,
  { inputs, outputs }: Around,
): { artifacts: Record<string, Artifact | string>; unless: string[] } | null {
  const artifacts: Record<string, Artifact | string> = {};
  const unless = new Set<string>();
  for (const [name, source] of Object.entries(step.inputs)) {
    const before = source.from === "step" ? outputs.get(source.step) : undefined;
    const found =
      source.from === "hub"
        ? source.id
        : source.from === "input"
          ? inputs[source.input]
          : before?.outputs[source.output];
    if (found === undefined) return null;
    for (const id of before?.unless ?? []) unless.add(id);
    artifacts[name] = found;
  }
  return { artifacts, unless: [...unless] };
}
