import type { Decision, TriggerKind } from "../../schemas/gitops.ts";
import type { ServerTrust } from "../../schemas/gitops-policy.ts";
import { fits } from "./globs.ts";

interface Asking {
  /** Path in the repository. */
  recipe: string;
  trigger: TriggerKind;
  decision: Pick<Decision, "stranger">;
}

/** Data of the server that a recipe may have: absolute paths, by those that it names; or why it may not have it. */
export function dataFor(
  { data }: Pick<ServerTrust, "data">,
  { recipe, trigger, decision }: Asking,
): { given: Record<string, string>; refused: Record<string, string> } {
  const given: Record<string, string> = {};
  const refused: Record<string, string> = {};
  for (const [place, { path, recipes, on, strangers }] of Object.entries(data)) {
    if (decision.stranger && !strangers)
      refused[place] = "the server's operator does not give it to commits of forks and strangers";
    else if (!on.includes(trigger) || !fits(recipe, recipes))
      refused[place] = "the server's operator does not give it to this recipe and event";
    else given[place] = path;
  }
  return { given, refused };
}
