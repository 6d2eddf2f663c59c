import type { KindDefinition } from "../core/kind.ts";
import type { Kinds } from "../core/kinds.ts";
import type { ArtifactType } from "../schemas/artifact-types.ts";
import { isMapping, type Mapping } from "./mapping.ts";

/** What a step gives, by name: as its kind says, and what it declares itself under `with.outputs`. */
export function outputsOf(
  { types }: Kinds,
  { schema }: KindDefinition,
  params: Mapping,
): Record<string, ArtifactType> {
  const declared = params["outputs"];
  const { properties, "x-outputs": outputs } = schema;
  if (!Object.hasOwn(properties, "outputs") || !isMapping(declared)) return outputs;
  const known = Object.entries(declared).filter(
    (entry): entry is [string, ArtifactType] => typeof entry[1] === "string" && types.has(entry[1]),
  );
  return { ...outputs, ...Object.fromEntries(known) };
}
