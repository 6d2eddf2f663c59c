/** Whether a text is a full object name: 40 or 64 lower-case hex digits. Nothing else is given to git as a commit. */
export const isSha = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);

// As git-check-ref-format has it; that one also allows what looks like an option, which a full name never does.
const FORBIDDEN = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.$|\/$|\.lock(?:\/|$)/u;

/** Whether a text is the full name of a ref: refs/heads/main. */
export const isRef = (text: string): boolean =>
  /^refs\/[^/]/.test(text) && text.length <= 1000 && !FORBIDDEN.test(text);

/** The text of a message by others, for a terminal or a log: one line without control characters, not too long. */
export const oneLine = (text: string, most = 400): string => {
  const plain = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return plain.length <= most ? plain : `${plain.slice(0, most)}…`;
};
