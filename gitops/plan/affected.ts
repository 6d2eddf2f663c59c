import type { Trigger } from "../../schemas/gitops.ts";
import type { BranchEvents, Pipeline, RepositoryPolicy } from "../../schemas/gitops-policy.ts";
import { POLICY_FILE } from "../config/read-repository.ts";
import type { Commit } from "../git/commit.ts";
import { GitError } from "../git/git-error.ts";
import type { Mirror } from "../git/mirror.ts";
import { fits } from "../trust/globs.ts";
import { mentionsOf } from "./mentions.ts";

/** A recipe that a trigger is about. */
export interface TriggeredRecipe {
  /** Path in the repository. */
  recipe: string;
  pipeline: Pipeline;
  profile: string | null;
  /** Whether a file that it reads changed since the trigger's base. */
  affected: boolean;
  /** In words: `recipes/a.yaml changed`. */
  because: string;
}

/**
 * The recipes of the pipelines that a trigger starts, each once: of several pipelines the first counts. What changed comes from
 * objects; where the base is not known, every recipe is affected. Throws GitError (`too-large`) for more recipes than `most`.
 */
export async function affectedRecipes(
  mirror: Mirror,
  trigger: Trigger,
  policy: RepositoryPolicy,
  most: number,
): Promise<TriggeredRecipe[]> {
  const commit = await mirror.commit(trigger.sha);
  const recipes = recipesOf(commit, trigger, policy);
  if (recipes.size > most)
    throw new GitError(
      "too-large",
      `The commit has ${recipes.size} recipes; at most ${most} are allowed (limits.recipes).`,
    );
  const changes = await changesSince(mirror, trigger);
  const mentions = changes === null ? null : await mentionsOf(commit, [...recipes.keys()]);
  return [...recipes].map(([recipe, pipeline]) => {
    const profile = pipeline.profile[trigger.kind];
    const about = { recipe, pipeline, profile };
    if (changes === null) return { ...about, affected: true, because: "what it was before is not known" };
    const changed = whatChanged(changes, mentions!.get(recipe)!, pathsOf(pipeline, trigger));
    return changed === null
      ? { ...about, affected: false, because: "nothing that it reads changed" }
      : { ...about, affected: true, because: `${changed} changed` };
  });
}

/** Recipes by path, each with the first pipeline that has it for this trigger. */
function recipesOf(commit: Commit, trigger: Trigger, { pipelines }: RepositoryPolicy): Map<string, Pipeline> {
  const started = pipelines.filter((pipeline) => starts(pipeline, trigger));
  const found = new Map<string, Pipeline>();
  for (const { path, mode } of commit.files.values()) {
    // What is called as a recipe and is a link is told to be one, not left out.
    const pipeline = mode === "submodule" ? undefined : started.find(({ recipes }) => fits(path, recipes));
    if (pipeline !== undefined) found.set(path, pipeline);
  }
  return found;
}

/** Whether a pipeline is started by a trigger. A schedule's is named by `by`. */
function starts({ name, on }: Pipeline, { kind, ref, pull, by }: Trigger): boolean {
  switch (kind) {
    case "push":
      return on.push !== null && fitsBranch(on.push, ref.replace(/^refs\/heads\//, ""));
    case "pull_request":
      return on.pullRequest !== null && pull !== null && fitsBranch(on.pullRequest, pull.base);
    case "tag":
      return on.tag !== null && fits(ref.replace(/^refs\/tags\//, ""), on.tag);
    case "schedule":
      return on.schedule !== null && name === by;
    case "manual":
      return true;
  }
}

const fitsBranch = ({ branches }: BranchEvents, branch: string): boolean =>
  branches === null || fits(branch, branches);

const pathsOf = ({ on }: Pipeline, { kind }: Trigger): readonly string[] =>
  (kind === "push" ? on.push?.paths : kind === "pull_request" ? on.pullRequest?.paths : null) ?? [];

interface Changes {
  files: readonly string[];
  /** Files, and the folders that they stand in, with one of the files. */
  places: ReadonlyMap<string, string>;
  /** Whether all is affected, by the policy itself. */
  policy: boolean;
}

/** Null where the base is not known. */
async function changesSince(mirror: Mirror, { base, sha, pull }: Trigger): Promise<Changes | null> {
  if (base === null || !(await mirror.has(base))) return null;
  const files = await mirror.changed(base, sha);
  const places = new Map<string, string>();
  for (const file of files) {
    const parts = file.split("/");
    for (const depth of parts.keys()) {
      const place = parts.slice(0, depth + 1).join("/");
      if (!places.has(place)) places.set(place, file);
    }
    places.set("", file);
  }
  // That of a pull request has no effect before it is merged.
  return { files, places, policy: pull === null && files.includes(POLICY_FILE) };
}

/** The changed file that concerns a recipe; null without one. */
function whatChanged(
  { files, places, policy }: Changes,
  mentions: ReadonlySet<string>,
  paths: readonly string[],
): string | null {
  if (policy) return POLICY_FILE;
  for (const place of mentions) {
    const file = places.get(place);
    if (file !== undefined) return file;
  }
  return files.find((file) => fits(file, paths)) ?? null;
}
