import { show, type Fault } from "./faults.ts";

const TAG = /<answer>\s*\(?([A-Z])\)?[.:]?\s*<\/answer>/g;
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
  for (const [name, target] of Object.entries(targets ?? {})) {
    const letter = letterOf(target);
    if (letter !== undefined && letter !== answer)
      faults.push({
        cause: `target contradicts ${name}`,
        text: `'answer' is "${answer}", but 'targets.${name}' answers ${letter}.`,
      });
  }
  return faults;
}

/** The one letter that a target gives, bare or in its answer tag. */
function letterOf(target: unknown): string | undefined {
  if (typeof target !== "string") return undefined;
  const letters = new Set([...target.matchAll(TAG)].map(([, letter]) => letter!));
  return letters.size === 1 ? [...letters][0] : BARE.exec(target)?.[1];
}

/** Whether two texts are the same but for case, spaces, commas and the full stop at the end; signs count. */
export const sameText = (one: string, other: string): boolean => plain(one) === plain(other);

const plain = (text: string): string =>
  text
    .normalize("NFC")
    .toLowerCase()
    .replaceAll(/[,\s]+/g, " ")
    .trim()
    .replace(/\.$/, "")
    .trim();
