import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { printDiagnostic } from "../../compiler/print/text.ts";
import { compileRecipe } from "../../runs/recipe/compile-recipe.ts";

const FOLDER = path.resolve("tests/compiler/invalid");

interface Fixture {
  code: string;
  profile?: string;
  settings: string[];
}

/** The fixtures that the compiler alone decides, with how they are changed: `fixtures.test.ts` runs the command on all of them. */
const fixtures = readdirSync(FOLDER).flatMap((file): Fixture[] => {
  const { name: code, ext } = path.parse(file);
  if (ext !== ".yaml") return [];
  const [, rest] =
    new RegExp(`^# reprise validate ${code}\\.yaml(.*)$`, "m").exec(
      readFileSync(path.join(FOLDER, file), "utf8"),
    ) ?? [];
  if (rest === undefined) return [];
  const [, profile] = / --profile (\S+)/.exec(rest) ?? [];
  const settings = [...rest.matchAll(/ --set (\S+)/g)].map(([, setting]) => setting!);
  return [{ code, ...(profile === undefined ? {} : { profile }), settings }];
});

test.each(fixtures)("$code says exactly what it says in its fixture", ({ code, ...choice }) => {
  const { diagnostics, texts } = compileRecipe(FOLDER, { file: `${code}.yaml`, ...choice }, true);
  const told = diagnostics.map((diagnostic) => printDiagnostic(diagnostic, texts)).join("\n\n");
  const expected = readFileSync(path.join(FOLDER, `${code}.txt`), "utf8");
  // Behind them the command counts them.
  expect(`${told}\n\n`).toBe(expected.slice(0, expected.lastIndexOf("\n\n") + 2));
});

test("most fixtures are the compiler's", () => {
  expect(fixtures.length).toBeGreaterThan(50);
});
