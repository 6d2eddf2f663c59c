// Generated from schemas/kind.schema.json by `npm run generate`. Do not edit.
/** A type of JSON. */
export type KindType = "string" | "number" | "integer" | "boolean" | "array" | "object" | "null";
/**
 * Types of the artifacts that it takes: known ones, those of kinds from outside, written <group>/<name>, or hub for an id on the hub.
 *
 * @minItems 1
 *
 * Items: A type.
 */
export type KindTypes = [string, ...string[]];

/** kind.yaml: a kind of step in a folder of its own. */
export interface Kind {
  /** Version of this form. */
  kind: 1;
  /** Name of the kind, <group>/<name>: it stands in plans, records and fingerprints. */
  title: string;
  /** What a step of it does. */
  description: string;
  /**
   * Program and arguments, one entry each; no shell reads them. It runs in a copy of this folder.
   *
   * @minItems 1
   *
   * Items: One argument.
   */
  run: [string, ...string[]];
  /** Lock file of Python packages with hashes, in this folder: the program runs in an environment that has them and nothing else. */
  environment?: string;
  /** Version of the kind, a part of the fingerprint. */
  "x-version"?: number;
  /** What a step leaves, by name: a known type, or one of its own, written <group>/<name>. */
  "x-outputs"?: {
    /** Type of the output. */
    [k: string]: string;
  };
  /** All metrics that the program reports, with what they are; in a name, <…> stands for any part. */
  "x-metrics"?: {
    /** What the metric is. */
    [k: string]:
      | string
      | {
          /** What the metric is. */
          description?: string;
          /** Whether a report draws it over the steps. */
          chart?: boolean;
          /** Whether it is the number to watch; of one kind at most one is. */
          main?: boolean;
        };
  };
  /** What a step takes, unless the recipe says otherwise. */
  "x-resources"?: {
    /** Processor cores. */
    cpu?: number;
    /** Memory in GB. */
    memory_gb?: number;
  };
  /** Its parameters, by name. */
  properties?: {
    [k: string]: KindDescribed;
  };
  /**
   * Parameters that a recipe must give.
   *
   * Items: A parameter.
   */
  required?: string[];
}
/** A parameter. */
export interface KindDescribed {
  /** What it is for. */
  description: string;
  /** Type of its values, or a list of types. */
  type?: KindType | [KindType, ...KindType[]];
  /**
   * The values that it may have.
   *
   * @minItems 1
   */
  enum?: [unknown, ...unknown[]];
  /** Its value where a recipe gives none. */
  default?: unknown;
  /** How it is written. */
  examples?: unknown[];
  /** Least value. */
  minimum?: number;
  /** Greatest value. */
  maximum?: number;
  /** Values are greater. */
  exclusiveMinimum?: number;
  /** Values are less. */
  exclusiveMaximum?: number;
  /** Values are multiples of it. */
  multipleOf?: number;
  /** Least number of characters. */
  minLength?: number;
  /** Greatest number of characters. */
  maxLength?: number;
  /** Regular expression that texts match. */
  pattern?: string;
  /** Least number of entries. */
  minItems?: number;
  /** Greatest number of entries. */
  maxItems?: number;
  /** Whether entries differ. */
  uniqueItems?: boolean;
  items?: KindParameter;
  /** Keys of a mapping. */
  properties?: {
    [k: string]: KindParameter;
  };
  /**
   * Keys that must be given.
   *
   * Items: A key.
   */
  required?: string[];
  /** What other keys of a mapping may hold; false for none. */
  additionalProperties?: boolean | KindParameter;
  /** Least number of keys. */
  minProperties?: number;
  /** Greatest number of keys. */
  maxProperties?: number;
  /** What the parameter decides: the result, only its speed, only names, or only where the work ends (a run resumes a checkpoint of another value). Unless told otherwise the result. */
  "x-affects"?: "result" | "performance" | "naming" | "resume";
  "x-artifact"?: KindTypes;
  "x-artifacts"?: KindTypes;
  /** Whether numbers and words of a mapping become texts as the recipe writes them. */
  "x-as-written"?: boolean;
  /** Unit of its values. */
  "x-unit"?: string;
  /** What of the program's library it becomes, such as DPOConfig.beta. */
  "x-field"?: string;
}
/** A parameter, or a value in one, in the words of JSON Schema. */
export interface KindParameter {
  /** What it is for. */
  description?: string;
  /** Type of its values, or a list of types. */
  type?: KindType | [KindType, ...KindType[]];
  /**
   * The values that it may have.
   *
   * @minItems 1
   */
  enum?: [unknown, ...unknown[]];
  /** Its value where a recipe gives none. */
  default?: unknown;
  /** How it is written. */
  examples?: unknown[];
  /** Least value. */
  minimum?: number;
  /** Greatest value. */
  maximum?: number;
  /** Values are greater. */
  exclusiveMinimum?: number;
  /** Values are less. */
  exclusiveMaximum?: number;
  /** Values are multiples of it. */
  multipleOf?: number;
  /** Least number of characters. */
  minLength?: number;
  /** Greatest number of characters. */
  maxLength?: number;
  /** Regular expression that texts match. */
  pattern?: string;
  /** Least number of entries. */
  minItems?: number;
  /** Greatest number of entries. */
  maxItems?: number;
  /** Whether entries differ. */
  uniqueItems?: boolean;
  items?: KindParameter;
  /** Keys of a mapping. */
  properties?: {
    [k: string]: KindParameter;
  };
  /**
   * Keys that must be given.
   *
   * Items: A key.
   */
  required?: string[];
  /** What other keys of a mapping may hold; false for none. */
  additionalProperties?: boolean | KindParameter;
  /** Least number of keys. */
  minProperties?: number;
  /** Greatest number of keys. */
  maxProperties?: number;
  /** What the parameter decides: the result, only its speed, only names, or only where the work ends (a run resumes a checkpoint of another value). Unless told otherwise the result. */
  "x-affects"?: "result" | "performance" | "naming" | "resume";
  "x-artifact"?: KindTypes;
  "x-artifacts"?: KindTypes;
  /** Whether numbers and words of a mapping become texts as the recipe writes them. */
  "x-as-written"?: boolean;
  /** Unit of its values. */
  "x-unit"?: string;
  /** What of the program's library it becomes, such as DPOConfig.beta. */
  "x-field"?: string;
}
