import path from "node:path";
import { fileURLToPath } from "node:url";
import type { KindDefinition } from "../core/kind.ts";
import { readKindSchema, type KindSchema } from "../schemas/kinds.ts";
import type { Perform } from "./context.ts";

/** A kind of step: its definition, and its work, which is loaded where a step of it runs. */
export interface Kind extends KindDefinition {
  readonly perform: () => Promise<{ perform: Perform }>;
}

/**
 * A kind that stands in a folder of its own, called <group>-<name>, with its `schema.json`. `module` is the address of the
 * module in the folder.
 */
export function defineKind(module: string, kind: Omit<Kind, "name" | "schema">): Kind {
  let schema: KindSchema | undefined;
  return {
    ...kind,
    name: path.basename(path.dirname(fileURLToPath(module))).replace("-", "/"),
    // Read when it is asked for: a short command needs few of them.
    get schema() {
      return (schema ??= readKindSchema(new URL("./schema.json", module)));
    },
  };
}
