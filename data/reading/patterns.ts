/** Any of some patterns. */
export const any = (...patterns: string[]): string => `(?:${patterns.join("|")})`;

/** Any of some patterns as words of their own. */
export const words = (...patterns: string[]): string =>
  String.raw`(?<![\p{L}\p{N}'])${any(...patterns)}(?![\p{L}\p{N}'])`;

/** What denies or doubts what stands beside it. */
export const NO = "not|no|never|cannot|n't|if|unless|whether|wrong|incorrect|false|worst|least";

/** The end of the text, whatever the flags. */
export const END = String.raw`(?![\s\S])`;
