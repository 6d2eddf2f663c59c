import { KINDS } from "../../activities/index.ts";
import type { KindDefinition } from "../../core/kind.ts";
import { readOutsideKind } from "../../compiler/outside-kind/read.ts";
import { RunError } from "../errors.ts";
import { reader } from "../recipe/read-text.ts";

/**
 * The kind in a folder, whose path counts from `around`. Throws RunError (`recipe-invalid`) with all that is wrong with its
 * kind.yaml, and an Error for one that cannot be read.
 */
export function readKind(around: string, folder: string): KindDefinition {
  const { kind, diagnostics, texts } = readOutsideKind(
    { folder, place: folder },
    reader(around, null),
    KINDS,
  );
  if (kind === null) throw new RunError({ why: "recipe-invalid", diagnostics, texts });
  return kind;
}
