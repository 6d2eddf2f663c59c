import { isCollection, isMap, isScalar, isSeq } from "yaml";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import { closest } from "./suggest.ts";
import type { Source } from "./source.ts";

/**
 * Applies a profile's overrides to the document. Each override keeps its own place in the text, so that an
 * error in it points there.
 */
export function applyProfile(source: Source, profile: string): Diagnostic[] {
  const { document } = source;
  const profiles = document.get("profiles", true);
  const chosen = isMap(profiles) ? profiles.get(profile, true) : undefined;
  if (!isMap(chosen)) {
    const known = isMap(profiles) ? profiles.items.map((item) => String(item.key)) : [];
    const list = known.length > 0 ? `It has: ${known.join(", ")}.` : "It has none.";
    const near = closest(profile, known);
    return [
      source.diagnostic("R0301", ["profiles"], `The recipe has no profile '${profile}'. ${list}`, {
        at: "key",
        ...(near === undefined ? {} : { suggestion: near }),
      }),
    ];
  }
  const diagnostics: Diagnostic[] = [];
  for (const { key, value } of chosen.items) {
    const dotted = isScalar(key) ? String(key.value) : String(key);
    const path = dotted.split(".").map((part) => (/^[0-9]+$/.test(part) ? Number(part) : part));
    const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
    if (!isCollection(parent)) {
      diagnostics.push(
        source.diagnostic(
          "R0302",
          ["profiles", profile, dotted],
          `The profile changes '${dotted}', but the recipe has no '${path.slice(0, -1).join(".")}'.`,
          { at: "key" },
        ),
      );
      continue;
    }
    if (isSeq(parent) && !isPlace(path.at(-1), parent.items.length)) {
      const message = `The profile changes '${dotted}', but the list has only ${parent.items.length} entries.`;
      diagnostics.push(source.diagnostic("R0302", ["profiles", profile, dotted], message, { at: "key" }));
      continue;
    }
    document.setIn(path, value);
  }
  return diagnostics;
}

const isPlace = (index: unknown, length: number): boolean => typeof index === "number" && index < length;
