const THINKING = /<(\/?)think(?:ing)?\s*>/gi;
const ANSWER = /^<answer>((?:(?!<answer>)[\s\S])*)<\/answer>$/i;

/**
 * What a reply says in the end: the text outside its thinking, and without the answer tag where that is around all of it.
 * Empty where the reply was cut while it was thinking. A closing mark alone ends a thinking that the prompt began.
 */
export function finalText(reply: string): string {
  let said = "";
  let from: number | null = 0;
  for (const { 1: slash, 0: mark, index } of reply.matchAll(THINKING)) {
    if (slash === "") {
      if (from !== null) said += reply.slice(from, index);
      from = null;
    } else {
      if (from !== null) said = "";
      from = index + mark.length;
    }
  }
  if (from === null) return "";
  said = (said + reply.slice(from)).trim();
  return (ANSWER.exec(said)?.[1] ?? said).trim();
}
