import tab from "@bomb.sh/tab";
import { EXIT, UserError } from "../errors.ts";

const SHELLS = ["bash", "zsh", "fish"];

/** Prints the script that makes a shell ask `reprise complete` for words. */
export function completion(shell: string): number {
  if (!SHELLS.includes(shell))
    throw new UserError(
      EXIT.invalid,
      `'${shell}' is none of the shells that are completed: ${SHELLS.join(", ")}.`,
    );
  tab.setup("reprise", "reprise", shell);
  return EXIT.done;
}
