import { outsideThinking } from "./tags.ts";

const ANSWER = /^<answer>((?:(?!<answer>)[\s\S])*)<\/answer>$/i;

/**
 * What a reply says in the end: the text outside its thinking, and without the answer tag where that is around all of it.
 * Empty where the reply was cut while it was thinking. A closing mark alone ends a thinking that the prompt began.
 */
export function finalText(reply: string): string {
  const said = (outsideThinking(reply) ?? "").trim();
  return (ANSWER.exec(said)?.[1] ?? said).trim();
}
