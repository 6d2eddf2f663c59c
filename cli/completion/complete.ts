import tab, { ShellCompDirective } from "@bomb.sh/tab";
import addCommands from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { wordsFor, type Sought } from "./words.ts";

/** What stands for an argument or an option, by its name. */
const KNOWN: Readonly<Record<string, Sought>> = {
  ...{ recipe: "recipe", recipes: "recipe", profile: "profile", set: "setting", why: "planned-step" },
  ...{ run: "run", runs: "run", step: "step", output: "output", from: "step" },
  ...{ names: "result", result: "result", shell: "shell" },
};

/**
 * Adds the hidden command `complete -- <words>`, which a shell's script asks for what may follow. `words` are those of the line so
 * far, without the command's own name: what is looked up depends on them.
 */
export async function addCompletion(program: Command, words: readonly string[]): Promise<void> {
  addCommands(program);
  tab.commands.delete("complete");
  const answers = new Map<Sought, string[]>();
  for (const asked of new Set(Object.values(KNOWN))) answers.set(asked, await wordsFor(asked, words));
  const answer = (asked: Sought) => (complete: (word: string, description: string) => void) => {
    for (const word of answers.get(asked)!) complete(word, "");
  };
  for (const command of tab.commands.values())
    for (const [name, holder] of [...command.arguments, ...command.options]) {
      // `kind check` has settings of another sort.
      const asked = command.value.startsWith("kind ") ? undefined : KNOWN[name];
      if (asked !== undefined && !("isBoolean" in holder && holder.isBoolean)) holder.handler = answer(asked);
    }
  // A setting is not over where its path is.
  if (words.at(-2) === "--set")
    Object.defineProperty(tab, "directive", {
      get: () =>
        ShellCompDirective.ShellCompDirectiveNoFileComp | ShellCompDirective.ShellCompDirectiveNoSpace,
      set: () => {},
    });
}
