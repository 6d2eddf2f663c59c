import type { KindDefinition } from "../core/kind.ts";
import type { Kinds } from "../core/kinds.ts";
import type { ArtifactType } from "../schemas/artifact-types.ts";
import { declaring } from "../schemas/kinds.ts";
import { entryOf, isMapping, type Mapping } from "./mapping.ts";

/** What a step gives, by name: as its kind says, and what it declares itself. */
export function outputsOf(
  { types }: Kinds,
  { schema }: KindDefinition,
  params: Mapping,
): Record<string, ArtifactType> {
  const { "x-outputs": outputs } = schema;
  const declared = entryOf(params, declaring(schema, "outputs") ?? "");
  if (!isMapping(declared)) return outputs;
  const known = Object.entries(declared).filter(
    (entry): entry is [string, ArtifactType] => typeof entry[1] === "string" && types.has(entry[1]),
  );
  return { ...outputs, ...Object.fromEntries(known) };
}
