import type { Layers } from "../../compiler/layers.ts";
import type { Path } from "../../compiler/mapping.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";

const FOLDERS = { branch: "refs/heads/", tag: "refs/tags/", path: "./" } as const;

/** Patterns that can fit no branch, tag or path of a repository, each with what was meant. */
export const wrongPatterns = (
  layers: Layers,
  at: Path,
  patterns: readonly string[] | undefined,
  what: keyof typeof FOLDERS,
): Diagnostic[] =>
  (patterns ?? []).flatMap((pattern, index) => {
    const wrong = whyNothing(pattern, what);
    if (wrong === null) return [];
    const [why, suggestion] = wrong;
    const hint = suggestion === undefined ? "" : ` Did you mean '${suggestion}'?`;
    const message = `'${pattern}' can fit no ${what} of a repository: ${why}.${hint}`;
    return [layers.diagnostic("R0704", [...at, index], message, { suggestion })];
  });

function whyNothing(pattern: string, what: keyof typeof FOLDERS): [why: string, meant?: string] | null {
  const folder = FOLDERS[what];
  if (pattern.startsWith(folder)) {
    const rest = pattern.slice(folder.length);
    return [`it is given without '${folder}'`, ...(rest === "" ? [] : [rest])] as [string, string?];
  }
  if (pattern.startsWith("!")) return ["patterns are not negated"];
  if (pattern.startsWith("/")) return ["none begins with a slash", pattern.replace(/^\/+/, "")];
  if (pattern.includes("\\")) return ["parts are parted by '/'", pattern.replaceAll("\\", "/")];
  if (pattern.split("/").some((part) => part === ".." || part === "."))
    return ["none has a part '.' or '..'"];
  if (pattern.includes("//")) return ["two slashes stand together", pattern.replaceAll(/\/{2,}/g, "/")];
  if (pattern.endsWith("/")) return ["none ends with a slash", `${pattern}**`];
  return null;
}
