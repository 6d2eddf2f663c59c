import { ARTIFACT_TYPES, KIND_SCHEMAS, type ArtifactType, type StepKind } from "../schemas/kinds.ts";
import { isMapping, type Mapping } from "./mapping.ts";

/** What a step gives, by name: as its kind says, and what it declares itself under `with.outputs`. */
export function outputsOf(kind: StepKind, params: Mapping): Record<string, ArtifactType> {
  const declared = params["outputs"];
  const { properties, "x-outputs": outputs } = KIND_SCHEMAS[kind];
  if (!Object.hasOwn(properties, "outputs") || !isMapping(declared)) return outputs;
  const types: readonly unknown[] = ARTIFACT_TYPES;
  const known = Object.entries(declared).filter((entry): entry is [string, ArtifactType] =>
    types.includes(entry[1]),
  );
  return { ...outputs, ...Object.fromEntries(known) };
}
