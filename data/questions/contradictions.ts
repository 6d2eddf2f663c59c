import { Choices } from "../reading/choices.ts";
import { sharedRules } from "../reading/shared-rules.ts";
import { answerTags, outsideThinking } from "../reading/tags.ts";
import { show, type Fault } from "../rows/faults.ts";

const BARE = /^\s*\(?([A-Z])\)?[.:]?\s*$/;

/** Where the gold letter says one thing, and the reference answer or a target another. */
export function contradictions(row: Record<string, unknown>): Fault[] {
  const { answer, options, reference, targets } = row;
  if (typeof answer !== "string" || !Array.isArray(options)) return [];
  const texts = new Map(
    options.flatMap((option: unknown) =>
      typeof option === "string" ? [[option.slice(0, 1), option.slice(2).trim()] as const] : [],
    ),
  );
  if (!texts.has(answer)) return [];
  const faults: Fault[] = [];
  const other = [...texts].find(
    ([letter, text]) =>
      letter !== answer &&
      typeof reference === "string" &&
      sameText(text, reference) &&
      !sameText(text, texts.get(answer)!),
  );
  if (other !== undefined)
    faults.push({
      cause: "reference contradicts",
      text: `'answer' is "${answer}", but 'reference' is the text of ${other[0]}: ${show(other[1])}.`,
    });
  const choices = new Choices(options.filter((option) => typeof option === "string"));
  for (const [name, target] of Object.entries(targets ?? {})) {
    const letter = letterOf(target, choices);
    if (letter === undefined || letter === answer) continue;
    const text =
      letter === "conflict"
        ? `the answer tag of 'targets.${name}' has a letter with another option's text.`
        : `'answer' is "${answer}", but 'targets.${name}' answers ${letter}.`;
    faults.push({ cause: `target contradicts ${name}`, text });
  }
  return faults;
}

/**
 * The one letter that a target gives, bare or in its answer tag, also of no option; "conflict" where the tag holds a letter
 * with another option's text.
 */
function letterOf(target: unknown, choices: Choices): string | undefined {
  if (typeof target !== "string") return undefined;
  const tags = answerTags(outsideThinking(sharedRules().tidy(target)) ?? "")?.tags ?? [];
  if (tags.length === 0) return BARE.exec(target)?.[1];
  const letters = new Set(tags.map(({ content }) => choices.of(content)?.letter ?? BARE.exec(content)?.[1]));
  return letters.size === 1 ? [...letters][0] : undefined;
}

/** Whether two texts are the same but for case, spaces, commas and the full stop at the end; signs count. */
export const sameText = (one: string, other: string): boolean => normalised(one) === normalised(other);

const normalised = (text: string): string =>
  text
    .normalize("NFC")
    .toLowerCase()
    .replaceAll(/[,\s]+/g, " ")
    .trim()
    .replace(/\.$/, "")
    .trim();
