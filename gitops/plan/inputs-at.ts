import { stat } from "node:fs/promises";
import { isLeftBehind } from "../../core/outside-kind.ts";
import type { Layers } from "../../compiler/layers.ts";
import { OutsideError } from "../../compiler/outside-error.ts";
import { fromPlan } from "../../compiler/said-in.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import type { Artifact, Plan } from "../../schemas/plan.ts";
import type { Commit } from "../git/commit.ts";
import { ContentError } from "../../store/listing.ts";
import { digestOfContent } from "./input-digests.ts";
import { lfsPointer, lookUp, refuse, type LookedUp } from "./look-up.ts";

/**
 * The inputs of a plan, with the digests that they have when the commit is checked out, or that the server's data has; and what is wrong
 * with them.
 */
export async function inputsAt(
  commit: Commit,
  { plan, recipe }: { plan: Plan; recipe: Layers },
  data: ServerInputs,
): Promise<{ inputs: Record<string, Artifact>; diagnostics: Diagnostic[] }> {
  const inputs: Record<string, Artifact> = {};
  const diagnostics: Diagnostic[] = [];
  const kinds = new Set(Object.values(plan.kinds ?? {}).map(({ folder }) => folder));
  for (const [name, { type, path: named, sha256 }] of Object.entries(plan.inputs)) {
    const at = ["inputs", name, "path"];
    try {
      const looked = lookUp(commit, fromPlan({ file: plan.recipe.path, pathsFrom: "recipe" }, named));
      const found = kinds.has(name) ? withoutLeftovers(looked) : looked;
      const wrong = await whyUnfit(commit, found, { named, type, data });
      if (wrong !== null) {
        diagnostics.push(recipe.diagnostic(wrong.code, at, wrong.message));
        continue;
      }
      const digest = Object.hasOwn(data.given, found.place)
        ? await data.digest(data.given[found.place]!)
        : await digestOfContent(commit, found.place, entriesOf(found));
      if (sha256 !== null && sha256 !== digest) {
        const message = `'${named}' has the digest ${digest}, not the stated one. Commit the stated data, or correct the digest.`;
        diagnostics.push(recipe.diagnostic("R0402", ["inputs", name, "sha256"], message));
      }
      inputs[name] = { uri: found.place, digest, type };
    } catch (error) {
      if (error instanceof ContentError)
        diagnostics.push(
          recipe.diagnostic("R0401", at, `The server's data at '${named}' cannot be used as it is.`),
        );
      else if (error instanceof OutsideError)
        diagnostics.push(recipe.diagnostic(error.code, at, error.message));
      else throw error;
    }
  }
  return { inputs, diagnostics };
}

/** A kind's folder as the disk's digest has it: without what tools leave there. */
const withoutLeftovers = (found: LookedUp): LookedUp =>
  found.what === "folder"
    ? { ...found, entries: found.entries.filter((entry) => !isLeftIn(found.place, entry.path)) }
    : found;

const isLeftIn = (folder: string, file: string): boolean =>
  file.slice(folder.length).split("/").some(isLeftBehind);

/** Data of the server, by the paths that recipes name. */
interface ServerInputs {
  /** Absolute paths. */
  given: Readonly<Record<string, string>>;
  /** Why it may not be had, in words. */
  refused: Readonly<Record<string, string>>;
  digest: (path: string) => Promise<string>;
}

const entriesOf = (found: LookedUp) =>
  found.what === "file" ? [found.entry] : found.what === "folder" ? found.entries : [];

/** Throws OutsideError for a folder that holds a link or a submodule. */
async function whyUnfit(
  commit: Commit,
  found: LookedUp,
  { named, type, data }: { named: string; type: Artifact["type"]; data: ServerInputs },
): Promise<{ code: "R0401" | "R0711"; message: string } | null> {
  const { given, refused } = data;
  if (Object.hasOwn(given, found.place)) return whyUnfitData(given[found.place]!, found, { named, type });
  if (found.what === "missing")
    return {
      code: "R0401",
      message: Object.hasOwn(refused, found.place)
        ? `'${named}' may not be had: ${refused[found.place]}.`
        : `There is no '${named}' in the commit. Paths count from the recipe's own folder.`,
    };
  if (found.what === "file" && type !== "path") return { code: "R0401", message: `'${named}' is no folder.` };
  const entries = entriesOf(found);
  for (const entry of entries) refuse(entry);
  const odd = entries.find(({ path }) => path.includes("\u{FFFD}"));
  if (odd !== undefined)
    return {
      code: "R0401",
      message: `'${named}' cannot be used: the name '${odd.path}' is not UTF-8; rename it.`,
    };
  const pointer = await lfsPointer(commit, found.place, entries);
  if (pointer === null) return null;
  const message = `'${pointer.path}' is a pointer of Git LFS, whose content is not fetched. Commit the content, or take it from the hub.`;
  return { code: "R0711", message };
}

/** Of two that have one name none is guessed. What the server has is no more told than that. */
async function whyUnfitData(
  given: string,
  found: LookedUp,
  { named, type }: { named: string; type: Artifact["type"] },
): Promise<{ code: "R0401"; message: string } | null> {
  const wrong = (message: string) => ({ code: "R0401" as const, message });
  if (found.what !== "missing")
    return wrong(
      `'${named}' is in the commit, and data of the server by the operator's file: which is meant?`,
    );
  const entry = await stat(given).catch(() => null);
  if (entry === null) return wrong(`The server does not have its data for '${named}' at the moment.`);
  return type === "path" || entry.isDirectory() ? null : wrong(`'${named}' is no folder.`);
}
