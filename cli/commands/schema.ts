import { DOCUMENT_SCHEMAS, KIND_SCHEMAS } from "../../schemas/kinds.ts";
import { EXIT, UserError } from "../errors.ts";
import { sayJson } from "../output.ts";

/** Prints a JSON Schema: the recipe's with every kind in it, or one by name. */
export function schema(name = "recipe"): number {
  const all: Record<string, object> = { ...DOCUMENT_SCHEMAS, ...KIND_SCHEMAS };
  const found = Object.hasOwn(all, name) ? all[name] : undefined;
  if (found === undefined)
    throw new UserError(
      EXIT.invalid,
      `There is no schema '${name}'. There are: ${Object.keys(all).join(", ")}.`,
    );
  sayJson(name === "recipe" ? bundled() : found);
  return EXIT.done;
}

/** The recipe's schema as one document: an editor cannot follow references to other files of ours. */
function bundled(): object {
  const recipe = structuredClone(DOCUMENT_SCHEMAS.recipe) as { $defs: Record<string, object> };
  for (const kind of Object.values(KIND_SCHEMAS)) recipe.$defs[kind.$id] = kind;
  return recipe;
}
