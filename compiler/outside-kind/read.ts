import path from "node:path";
import type { KindDefinition } from "../../core/kind.ts";
import type { Kinds } from "../../core/kinds.ts";
import { outsideDefinition } from "../../core/outside-kind.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import { validateKind } from "../../schemas/validators.ts";
import type { ReadText } from "../extend.ts";
import { readDocument } from "../named-file.ts";
import { checkOutsideKind } from "./check.ts";
import { outsideKindOf } from "./definition.ts";

/** The file of a kind's folder that says what it is. */
const KIND_FILE = "kind.yaml";

/** How its file begins. */
const BEGIN = "'kind: 1', 'title:', 'description:' and 'run:'";

export interface ReadKind {
  /** Null when something is wrong with it. */
  kind: KindDefinition | null;
  diagnostics: Diagnostic[];
  /** Its text, by its place. */
  texts: Map<string, string>;
}

/**
 * The kind of a folder, which plans call `folder` and `read` calls `place`; `kinds` are those that there are beside it. Throws what
 * `read` throws for a kind.yaml that cannot be read.
 */
export function readOutsideKind(
  { folder, place }: { folder: string; place: string },
  read: ReadText,
  kinds: Kinds,
): ReadKind {
  const file = path.join(place, KIND_FILE);
  const { value, layers, diagnostics, texts } = readDocument(file, read(file), {
    validate: validateKind(),
    begin: BEGIN,
  });
  if (value === null || layers === null) return { kind: null, diagnostics, texts };
  const wrong = checkOutsideKind(layers, value, { place, read, kinds });
  const kind = wrong.length > 0 ? null : outsideDefinition(outsideKindOf(value, folder));
  return { kind, diagnostics: wrong, texts };
}
