import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** What a folder or file that travels between steps holds. */
export const ARTIFACT_TYPES = [
  "path",
  "dataset",
  "frames",
  "model",
  "adapter",
  "predictions",
  "replies",
  "scores",
  "metrics",
] as const;
export type ArtifactType = (typeof ARTIFACT_TYPES)[number];

/** The closed set of step kinds. Each has one schema, one activity and, if it trains, one trainer module. */
export const STEP_KINDS = [
  "data/synthesize",
  "data/ego-st",
  "data/reverse-thinking",
  "data/split",
  "frames/extract",
  "model/tiny",
  "train/sft",
  "model/merge",
  "train/grpo",
  "eval/mcq",
  "eval/mcq-api",
  "eval/open",
  "eval/open-api",
  "eval/judge",
  "run/command",
  "run/noop",
] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/** Which part of a step a parameter decides: its result, only its speed, only names, or where it may resume. */
export type Affects = "result" | "performance" | "naming" | "resume";

/** How a recipe's value becomes the trainer's: another word, or times another parameter. */
interface ParameterMap {
  values?: Record<string, unknown>;
  times?: string;
  /** The value stays as it is where this parameter has this value. */
  unless?: Record<string, unknown>;
  /** Unit of the trainer's value, where it differs. */
  unit?: string;
}

export interface ParameterSchema {
  description: string;
  type?: string | string[];
  enum?: unknown[];
  /** Of a mapping with known keys. */
  properties?: Record<string, ParameterSchema>;
  default?: unknown;
  "x-affects": Affects;
  "x-artifact"?: (ArtifactType | "hub")[];
  /** Of a mapping whose values are artifacts, each with a name of its own. */
  "x-artifacts"?: ArtifactType[];
  /** Its numbers and words become texts as the recipe writes them. */
  "x-as-written"?: boolean;
  "x-unit"?: string;
  /** Each side of a size is a multiple of this. */
  "x-multiple"?: number;
  /** What of the trainer's the value becomes. */
  "x-field"?: string;
  "x-maps"?: ParameterMap;
}

/** A kind's JSON Schema, as far as the engine reads it. */
export interface KindSchema {
  $id: string;
  title: StepKind;
  description: string;
  "x-version": number;
  "x-outputs": Record<string, ArtifactType>;
  /** Its metrics with what they are; in a name, <…> stands for a part that the data or the recipe gives. */
  "x-metrics": Record<string, string>;
  "x-tools": ("ffmpeg" | "python")[];
  /** The Python packages that decide its result, where not all of the environment do. */
  "x-packages"?: string[];
  "x-resources": { cpu: number; memory_gb: number };
  /** The secrets that it takes, where it runs no program that could take any. */
  "x-secrets"?: string[];
  /** Whether it can be run by several processes together. */
  "x-processes"?: "several";
  properties: Record<string, ParameterSchema>;
  required: string[];
}

type Shared = Pick<KindSchema, "properties" | "required">;

/** A kind's schema, with the parameters that it shares with others (`allOf`) among its own. */
function readKind(kind: StepKind): KindSchema {
  const file = `./kinds/${kind.replace("/", "-")}.schema.json`;
  const { allOf = [], ...own } = require(file) as KindSchema & { allOf?: { $ref: string }[] };
  const shared = allOf.map(({ $ref }) => require(`./kinds/${$ref}`) as Shared);
  return {
    ...own,
    properties: Object.assign(
      {},
      ...shared.map(({ properties }) => properties),
      own.properties,
    ) as Shared["properties"],
    required: [...shared.flatMap(({ required }) => required), ...own.required],
  };
}

/** The schema of every kind. */
export const KIND_SCHEMAS = Object.fromEntries(STEP_KINDS.map((kind) => [kind, readKind(kind)])) as Readonly<
  Record<StepKind, KindSchema>
>;

/** Whether a kind's metrics have one of this name. */
export const isMetric = (metrics: KindSchema["x-metrics"], name: string): boolean =>
  Object.keys(metrics).some((known) => {
    const [start = "", end] = known.split(/<.*>/);
    if (end === undefined) return name === known;
    return name.startsWith(start) && name.endsWith(end) && name.length > start.length + end.length;
  });

/** Schemas of whole documents. */
export const DOCUMENT_SCHEMAS = {
  recipe: require("./recipe.schema.json") as object,
  question: require("./question.schema.json") as object,
  "recorded-reply": require("./recorded-reply.schema.json") as object,
  judgement: require("./judgement.schema.json") as object,
  "paper-tables": require("./paper-tables.schema.json") as object,
  digests: require("./digests.schema.json") as object,
  "trainer-job": require("./trainer-job.schema.json") as object,
  "trainer-event": require("./trainer-event.schema.json") as object,
  "trainer-result": require("./trainer-result.schema.json") as object,
  "run-record": require("./run-record.schema.json") as object,
} as const;
