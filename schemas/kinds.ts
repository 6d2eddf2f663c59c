import { readFileSync } from "node:fs";
import type { ArtifactType } from "./artifact-types.ts";

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
  examples?: unknown[];
  "x-affects": Affects;
  /** Types of artifacts, or "hub" for an id on the hub. */
  "x-artifact"?: ArtifactType[];
  /** Of a mapping whose values are artifacts, each with a name of its own. */
  "x-artifacts"?: ArtifactType[];
  /** Its numbers and words become texts as the recipe writes them. */
  "x-as-written"?: boolean;
  /** An artifact that is the lock file of the program's own Python environment. */
  "x-environment"?: true;
  /** Names of variables that the program gets of the worker's environment; their values decide the result. */
  "x-passes"?: true;
  /** It says what the step's program leaves, or reports, where the kind does not. */
  "x-declares"?: "outputs" | "metrics";
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
  title: string;
  description: string;
  "x-version": number;
  "x-outputs": Record<string, ArtifactType>;
  /** Its metrics with what they are; in a name, <…> stands for a part that the data or the recipe gives. */
  "x-metrics": Record<string, string>;
  "x-tools": ("ffmpeg" | "python")[];
  /** The Python packages that decide its result, where not all of the environment do. */
  "x-packages"?: string[];
  /** Lock file of its program's own Python environment, in the folder of a kind from outside. */
  "x-environment"?: string;
  "x-resources": { cpu: number; memory_gb: number };
  /** The secrets that it takes, where it runs no program that could take any. */
  "x-secrets"?: string[];
  /** Whether it can be run by several processes together. */
  "x-processes"?: "several";
  properties: Record<string, ParameterSchema>;
  required: string[];
}

type Shared = Pick<KindSchema, "properties" | "required">;

const readJson = (file: URL): unknown => JSON.parse(readFileSync(file, "utf8"));

/** A kind's schema from its file, with the parameters that it shares with others (`allOf`) among its own. */
export function readKindSchema(file: URL): KindSchema {
  const { allOf = [], ...own } = readJson(file) as KindSchema & { allOf?: { $ref: string }[] };
  const shared = allOf.map(({ $ref }) => readJson(new URL($ref, file)) as Shared);
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

/** Whether a kind's metrics have one of this name. */
export const isMetric = (metrics: KindSchema["x-metrics"], name: string): boolean =>
  Object.keys(metrics).some((known) => {
    const [start = "", end] = known.split(/<.*>/);
    if (end === undefined) return name === known;
    return name.startsWith(start) && name.endsWith(end) && name.length > start.length + end.length;
  });

/** The parameter by which a step itself declares its outputs, or its metrics; undefined where its kind has them all. */
export const declaring = (
  { properties }: Pick<KindSchema, "properties">,
  what: "outputs" | "metrics",
): string | undefined =>
  Object.entries(properties).find(([, parameter]) => parameter["x-declares"] === what)?.[0];
