import { KIND_FOLDER } from "../../core/outside-kind.ts";
import type { KindSchema } from "../../schemas/kinds.ts";
import { changedPackages, recallEnvironment } from "../../host/tools.ts";
import { digestOf } from "../../core/digest.ts";
import { isMapping, leavesOf, type Mapping } from "../../compiler/mapping.ts";
import { tableOf, type Conformity } from "../../compiler/paper/conform.ts";
import { showValue } from "../../core/show-value.ts";
import { resultFields, type Tools } from "../../core/fingerprint.ts";
import type { Artifact, PlanStep } from "../../schemas/plan.ts";
import { tellChangedKind } from "../kinds/changed-kind.ts";
import type { LastTime } from "./history.ts";
import type { Reason, StepPreview } from "./step-preview.ts";
import type { Store } from "../../store/store.ts";

interface Compared {
  store: Store;
  step: PlanStep;
  schema: KindSchema;
  /** What decides the result now; null when an input is not known yet. */
  fields: Record<string, unknown> | null;
  last: LastTime;
  previews: ReadonlyMap<string, StepPreview>;
  tools: Tools;
  inputs: Record<string, Artifact>;
  /** The recipe beside its paper, which names the tables that parameters stand in. */
  paper: Conformity | null;
}

/** Why a step runs: what differs from its last time, or what it waits for. */
export async function because(asked: Compared): Promise<Reason[]> {
  const { step, fields, last } = asked;
  const waits = upstream(asked);
  const before = last.fields;
  if (before === null) {
    const never: Reason = { kind: "never-run", field: "", from: null, to: null, text: "never run" };
    return [never, ...waits.filter(({ kind }) => kind === "missing-input")];
  }
  const now = fields ?? partlyKnown(asked);
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const changed = names.filter((name) => {
    const unknown = fields === null && name.startsWith("with.") && Object.hasOwn(step.inputs, name.slice(5));
    return !unknown && digestOf({ value: before[name] }) !== digestOf({ value: now[name] });
  });
  const ofTools = (field: string) => /^(?:tools|packages)\./.test(field);
  const isFolder = (field: string) =>
    field === `with.${KIND_FOLDER}` && asked.inputs[sourceOfKind(step)] !== undefined;
  const reasons: Reason[] = [];
  for (const field of changed.filter((one) => !ofTools(one))) {
    const [from, to] = [before[field] ?? null, now[field] ?? null];
    if (isFolder(field)) reasons.push(await kindChanged(asked, field, from, to));
    else if (isMapping(from) && isMapping(to)) reasons.push(...entriesChanged(asked, field, from, to));
    else reasons.push(describe(asked, field, from, to));
  }
  const environment = changed.filter(ofTools);
  if (environment.length > 0) reasons.push(await environmentChanged(asked.store, environment, before, now));
  if (reasons.length + waits.length > 0) return [...reasons, ...waits];
  const removed = last.ended ? "its result was removed from the store" : "its last run did not finish";
  return [{ kind: "removed", field: "", from: null, to: null, text: removed }];
}

/** Steps that must run first, and inputs that are not there. */
function upstream({ step, fields, previews, inputs }: Compared): Reason[] {
  if (fields !== null) return [];
  const found = Object.values(step.inputs).flatMap((source): Reason[] => {
    if (source.from === "step") {
      const action = previews.get(source.step)?.action;
      if (action === "reuse" || action === undefined) return [];
      return [
        {
          kind: "upstream",
          field: `steps.${source.step}`,
          from: null,
          to: action,
          text: `upstream ${source.step} will run`,
        },
      ];
    }
    if (source.from !== "input" || inputs[source.input] !== undefined) return [];
    return [
      {
        kind: "missing-input",
        field: `inputs.${source.input}`,
        from: null,
        to: null,
        text: `input ${source.input} is missing`,
      },
    ];
  });
  return found.filter(({ text }, index) => found.findIndex((other) => other.text === text) === index);
}

/** Parameters are known before all inputs are. */
function partlyKnown({ step, schema, tools, last }: Compared): Record<string, unknown> {
  const { device, ...now } = resultFields(schema, step, {}, tools);
  // Older runs did not keep it.
  return last.fields?.["device"] === undefined ? now : { ...now, device };
}

/** What changed of the environment, in one reason: one installation may change several fields. */
async function environmentChanged(
  store: Store,
  changed: readonly string[],
  before: Record<string, unknown>,
  now: Record<string, unknown>,
): Promise<Reason> {
  const texts: string[] = [];
  for (const field of changed) {
    const [from, to] = [before[field], now[field]];
    const [was, is] = await Promise.all([from, to].map((stands) => recallEnvironment(store, String(stands))));
    const packages = was === undefined || is === undefined ? [] : changedPackages(was, is);
    const name = field.replace(/^(?:tools|packages)\./, "");
    texts.push(...(packages.length > 0 ? packages : [`${name} ${showValue(from)} -> ${showValue(to)}`]));
  }
  const shown = texts.length > 4 ? [...texts.slice(0, 4), `and ${texts.length - 4} more`] : texts;
  const [field = ""] = changed;
  const values = { from: before[field] ?? null, to: now[field] ?? null };
  return { kind: "environment", field, ...values, text: `environment changed: ${shown.join(", ")}` };
}

/** The plan's input that is the folder of a step's kind; empty for a kind of Reprise. */
function sourceOfKind({ inputs: { [KIND_FOLDER]: source } }: PlanStep): string {
  return source?.from === "input" ? source.input : "";
}

/** Which files of a kind from outside are other ones. */
async function kindChanged(
  { store, step, inputs }: Compared,
  field: string,
  from: unknown,
  to: unknown,
): Promise<Reason> {
  const folder = sourceOfKind(step);
  const text = await tellChangedKind(store, { folder, place: inputs[folder]!.uri, from, to });
  return { kind: "input", field, from, to, text };
}

/** Of two mappings what differs, entry by entry. */
function entriesChanged(asked: Compared, field: string, from: Mapping, to: Mapping): Reason[] {
  const [before, now] = [leavesOf(from), leavesOf(to)];
  const names = [...new Set([...before.keys(), ...now.keys()])];
  return names
    .map((name) => ({ name, was: before.get(name) ?? null, is: now.get(name) ?? null }))
    .filter(({ was, is }) => digestOf({ value: was }) !== digestOf({ value: is }))
    .map(({ name, was, is }) => describe(asked, `${field}.${name}`, was, is));
}

function describe({ step, paper }: Compared, field: string, from: unknown, to: unknown): Reason {
  const name = field.startsWith("with.") ? field.slice(5) : field;
  const source = field === name ? undefined : step.inputs[name];
  const change = `${showValue(from)} -> ${showValue(to)}`;
  if (source?.from === "input") {
    return { kind: "input", field, from, to, text: `input ${source.input} changed: sha256 ${change}` };
  }
  if (source?.from === "step") {
    return {
      kind: "upstream",
      field,
      from,
      to,
      text: `${name} from ${source.step} changed: sha256 ${change}`,
    };
  }
  if (field === "kind") return { kind: "version", field, from, to, text: `kind ${change}` };
  if (field === "version")
    return { kind: "version", field, from, to, text: `version of the step's kind ${change}` };
  const table =
    paper === null
      ? undefined
      : (tableOf(paper, step.id, name) ?? tableOf(paper, step.id, name.split(".")[0]!));
  return {
    kind: "parameter",
    field: name,
    from,
    to,
    text: `${name} ${change}${table === undefined ? "" : ` (${table})`}`,
  };
}
