import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { validateKindJob } from "../../schemas/validators.ts";
import { PAGES, samplesOf, type Sample } from "../support/docs.ts";

const of = (language: string): [string, Sample][] =>
  PAGES.flatMap(samplesOf)
    .filter((sample) => sample.language === language)
    .map((sample) => [`${sample.page}:${sample.line}`, sample]);

test.each(of("json"))("JSON: %s", (_, { text }) => {
  // A page shows one document, or lines of which each is one.
  const lines = text.startsWith("{\n") ? [text] : text.trimEnd().split("\n");
  for (const line of lines) {
    const value = JSON.parse(line) as object;
    if ("job" in value) expect(validateKindJob()(value)).toBe(true);
  }
});

test.each(of("sh"))("shell: %s", (_, { text }) => {
  execFileSync("sh", ["-n"], { input: text });
});

test.each(of("python"))("Python: %s", (_, { text }) => {
  execFileSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], { input: text });
});
