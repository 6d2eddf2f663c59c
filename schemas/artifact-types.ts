/** What a folder or file that travels between steps holds: one of those below, or of those that a kind makes. */
export type ArtifactType = string;

interface About {
  /** In a sentence: `this is a dataset`. */
  says: string;
  /** Name of the file that it is; without, it is a folder. */
  file?: string;
}

/** The types that every kind may take and give. A kind's definition adds its own. */
export const ARTIFACT_TYPES: Readonly<Record<string, About>> = {
  path: { says: "a path" },
  dataset: { says: "a dataset" },
  model: { says: "a model" },
  adapter: { says: "an adapter" },
  predictions: { says: "predictions", file: "predictions.jsonl" },
  replies: { says: "replies to open questions", file: "replies.jsonl" },
  scores: { says: "a judge's scores", file: "scores.jsonl" },
  metrics: { says: "metrics", file: "metrics.json" },
};

/** Name of the file that an artifact of a type is; undefined where it is a folder. */
export const fileOfType = (type: ArtifactType): string | undefined =>
  Object.hasOwn(ARTIFACT_TYPES, type) ? ARTIFACT_TYPES[type]!.file : undefined;
