import { readdirSync, readFileSync } from "node:fs";

/** A block of code of a page. */
export interface Sample {
  page: string;
  /** Of its first line. */
  line: number;
  language: string;
  text: string;
}

/** Every page that people read. */
export const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "benchmarks/README.md",
  ...readdirSync("docs")
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
];

/** All blocks of code of a page, as they are without their indentation. */
export function samplesOf(page: string): Sample[] {
  const text = readFileSync(page, "utf8");
  return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```$/gm)].map(
    ({ 1: indent, 2: language, 3: body, index }) => ({
      page,
      line: text.slice(0, index).split("\n").length + 1,
      language: language!,
      text: body!.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    }),
  );
}

/** What stands between backticks in a page's sentences and tables, with its line. */
export function wordsOf(page: string): { line: number; text: string }[] {
  let inBlock = false;
  return readFileSync(page, "utf8")
    .split("\n")
    .flatMap((text, index) => {
      if (/^ *```/.test(text)) inBlock = !inBlock;
      if (inBlock) return [];
      return [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => ({
        line: index + 1,
        text: code!.replaceAll("\\|", "|"),
      }));
    });
}
