import type { Command } from "commander";
import { CommanderError } from "commander";
import { makeProgram } from "../../cli/program.ts";

/** What may be missing where a sentence only names a command. */
const LEFT_OUT = new Set([
  "commander.missingArgument",
  "commander.optionMissingArgument",
  "commander.missingMandatoryOptionValue",
  "commander.help",
]);

/** The words of a line of shell, without its comment; of several commands the first. */
export function wordsOfLine(line: string): string[] {
  const words = line.match(/#.*|[|&;]+|<\(|(?:"[^"]*"|'[^']*'|[^\s|&;])+/g) ?? [];
  const end = words.findIndex((word) => /^[#|&;]|^>/.test(word));
  return words
    .slice(0, end === -1 ? undefined : end)
    .map((word) => word.replaceAll(/^["']|["']$/g, ""))
    .filter((word) => word !== "");
}

/** What the real command line has against these words; null where it takes them. */
export async function refusalOf(words: string[], { named = false } = {}): Promise<string | null> {
  const program = makeProgram(() => () => Promise.resolve());
  silence(program);
  try {
    await program.parseAsync(words, { from: "user" });
    return null;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return named && LEFT_OUT.has(error.code) ? null : error.message;
  }
}

/** The names of its commands. */
export const COMMANDS = makeProgram(() => () => Promise.resolve()).commands.map((command) => command.name());

function silence(command: Command): void {
  command.configureOutput({ writeOut: () => {}, writeErr: () => {} });
  for (const inner of command.commands) silence(inner);
}
