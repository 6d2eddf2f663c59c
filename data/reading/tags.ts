import { sharedRules } from "./shared-rules.ts";

/** An answer tag's content. */
export interface Tag {
  content: string;
  /** Whether both its ends are written as they are asked for. */
  exact: boolean;
  closed: boolean;
}

/**
 * What a reply says outside its thinking, or null if it was cut while it was thinking. Thinking that the prompt
 * opened begins with the reply.
 */
export const outsideThinking = (reply: string): string | null =>
  outside(reply, (depth) => depth + 1) ?? outside(reply, () => 1);

function outside(reply: string, deeper: (depth: number) => number): string | null {
  const { fold, thinking } = sharedRules();
  let [depth, from, said, opened] = [0, 0, "", false];
  for (const match of fold(reply).matchAll(thinking)) {
    const closes = match[1] !== "";
    if (depth === 0) said = closes && !opened ? "" : said + reply.slice(from, match.index);
    opened ||= !closes;
    depth = closes ? Math.max(0, depth - 1) : deeper(depth);
    from = match.index + match[0].length;
  }
  return depth > 0 ? null : said + reply.slice(from);
}

/**
 * The answer tags of a text, and the text without those that it only talks about. Null if the tags do not pair: one in
 * another, or an end without a beginning.
 */
export function answerTags(text: string): { tags: Tag[]; rest: string } | null {
  const { fold, tag, mention } = sharedRules();
  const tags: Tag[] = [];
  let [open, rest, from]: [RegExpExecArray | null, string, number] = [null, "", 0];
  const end = (close: RegExpExecArray | null) => {
    if (open === null) return;
    // An end that was cut is none of it.
    const content = text.slice(open.index + open[0].length, close?.index).replace(/<\/?[a-z]*$/u, "");
    if (close !== null && mention.test(fold(content))) rest += text.slice(from, open.index);
    else tags.push({ content, exact: isExact(text, open, close), closed: close !== null });
    from = close === null ? text.length : close.index + close[0].length;
    open = null;
  };
  for (const match of fold(text).matchAll(tag)) {
    const closes = match[1] !== "";
    if (closes ? open === null && tags.length === 0 : open !== null) return null;
    if (closes) end(match);
    else open = match;
  }
  end(null);
  return { tags, rest: rest + text.slice(from) };
}

const isExact = (text: string, open: RegExpExecArray, close: RegExpExecArray | null): boolean =>
  text.startsWith("<answer>", open.index) && (close === null || text.startsWith("</answer>", close.index));
