import type { Choices } from "./choices.ts";
import type { Statement } from "./rules.ts";
import type { RunningText } from "./running-text.ts";
import { CLAUSE_END, VETO } from "./sentence-words.ts";
import {
  BOXED,
  DENIED,
  HEADS,
  JOINED,
  LISTED,
  NAMED,
  PREDICATES,
  RATHER,
  TO_THE_BOX,
} from "./statement-words.ts";

/** All statements of a reply's prose. */
export const statementsIn = (prose: RunningText, choices: Choices): Statement[] => [
  ...boxes(prose, choices),
  ...headed(prose),
  ...predicated(prose, choices),
  ...corrections(prose),
];

/**
 * What stands in a box of LaTeX; anything else than a choice is a conflict. A box behind words that nobody knows only
 * forbids another letter.
 */
function boxes(prose: RunningText, choices: Choices): Statement[] {
  return [...prose.text.matchAll(BOXED)].flatMap(({ index, 0: box, 1: content, 2: letter }) => {
    const before = prose.before(index);
    if (VETO.test(before) || DENIED.test(before.split(CLAUSE_END).at(-1)!)) return [];
    const joined = JOINED.test(before);
    const weak = !joined && !prose.isPlain(index - before.length + TO_THE_BOX.exec(before)!.index);
    const choice = joined ? null : choices.of(content ?? letter!);
    return [{ rule: "boxed", letter: choice?.letter ?? "conflict", end: index + box.length, weak }];
  });
}

/** "The answer is …": a known head, and a choice behind it. */
function headed(prose: RunningText): Statement[] {
  return HEADS.flatMap(({ rule, head, byText, last, weak }) =>
    [...prose.low.matchAll(head)].flatMap(({ index, 0: words }): Statement[] => {
      const found = prose.isPlain(index) ? prose.choiceAt(index + words.length) : null;
      if (found === null || (!byText && found.choice.by === "text")) return [];
      if (last && /[\p{L}\p{N}]/u.test(prose.low.slice(found.end))) return [];
      return [{ rule, letter: found.choice.letter, end: found.end, weak }];
    }),
  );
}

/** "… is correct": a predicate, and a choice before it. */
function predicated(prose: RunningText, choices: Choices): Statement[] {
  return PREDICATES.flatMap(({ of, predicate }) =>
    [...prose.low.matchAll(predicate)].flatMap(({ index, 0: words }): Statement[] => {
      const end = index + words.length;
      const from = prose
        .wordsBefore(index, choices.longest)
        .find((at) => (choices.of(prose.text.slice(at, index))?.letter ?? "conflict") !== "conflict");
      if (from === undefined) return [];
      const choice = choices.of(prose.text.slice(from, index))!;
      const byText = choice.by === "text";
      const named = !byText && NAMED.test(prose.low.slice(from, index));
      const listed = LISTED.exec(prose.before(from))?.[1]?.toUpperCase();
      if (listed !== undefined && choices.letters.includes(listed) && listed !== choice.letter)
        return [{ rule: "option-is-right", letter: "conflict", end }];
      const fits = named || (!choice.small && (of === "any" || (of === "letter" && !byText)));
      const meant = fits && prose.isPlain(from, of === "named") ? prose.meant(choice, from, end) : null;
      return meant === null ? [] : [{ rule: "option-is-right", letter: meant.letter, end }];
    }),
  );
}

/** "Actually, B." or "B": a letter that is all of a sentence. */
function corrections(prose: RunningText): Statement[] {
  return prose.beginnings.flatMap((at) => {
    const from = at + /^\s*/u.exec(prose.low.slice(at))![0].length;
    RATHER.lastIndex = from;
    const lead = RATHER.exec(prose.low)![0];
    const found = prose.choiceAt(from + lead.length);
    if (found === null || found.choice.by !== "letter" || found.choice.small) return [];
    const alone = /^[^\p{L}\p{N}\n]*(?:\n|$)/u.test(prose.low.slice(found.end));
    const ended = /^["')\]]*[.!]/u.test(prose.low.slice(found.end));
    return alone || (lead !== "" && ended)
      ? [{ rule: "short-sentence", letter: found.choice.letter, end: found.end, weak: true }]
      : [];
  });
}
