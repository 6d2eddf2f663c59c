import type { NamedKind } from "../outside-kinds.ts";
import { definitionOf, editorKind, whereUsed } from "./kind-schema.ts";
import type { EditorSchema } from "./schema.ts";

/** The schema of recipes with the kinds that one recipe names by their folders, as `uses` writes them. */
export function withKinds(schema: EditorSchema, kinds: readonly NamedKind[]): EditorSchema {
  const copy = structuredClone(schema);
  const definitions = (copy.$defs ??= {});
  const { step, stepPart } = definitions;
  for (const { uses, kind } of kinds) {
    definitions[definitionOf(kind.name)] = editorKind(structuredClone(kind.schema) as EditorSchema);
    (step!.allOf ??= []).push(whereUsed(uses, kind.name));
    for (const one of [step!, stepPart!]) (one.properties!["uses"]!.anyOf ??= []).push({ const: uses });
  }
  return copy;
}
