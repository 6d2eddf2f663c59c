import type { Compiled } from "../../compiler/compile.ts";
import { githubAnnotation } from "../../compiler/print/github.ts";
import { sarifLog } from "../../compiler/print/sarif.ts";
import { printDiagnostic } from "../../compiler/print/text.ts";
import { packageVersion } from "../../host/toolchain.ts";
import { EXIT, UserError } from "../errors.ts";
import { say, sayJson } from "../output.ts";
import { countOf } from "../findings.ts";
import { compileFile, type RecipeOptions } from "../recipe-file.ts";
import { counted } from "../../schemas/counted.ts";

interface ValidateOptions extends RecipeOptions {
  json?: boolean;
  format?: string;
}

type Checked = { file: string } & Compiled;

const PAGES = "https://github.com/reprise-dev/reprise/blob/main/docs/diagnostics.md";
const SHOWN_AT_MOST = 200;

/** Checks recipes against the language; starts nothing and reads nothing but what they name. */
export async function validate(
  patterns: string[],
  { json, format, deny, ...options }: ValidateOptions,
): Promise<number> {
  const files = await expand(patterns);
  const checked: Checked[] = [];
  for (const file of files) checked.push({ file, ...(await compileFile(file, options, true)) });
  const diagnostics = checked.flatMap((result) => result.diagnostics);
  const failed = diagnostics.some(({ severity }) => severity === "error" || deny === "warnings");
  show(json === true ? "json" : (format ?? "text"), checked, !failed);
  return failed ? EXIT.invalid : EXIT.done;
}

function show(format: string, checked: Checked[], valid: boolean): void {
  const diagnostics = checked.flatMap((result) => result.diagnostics);
  switch (format) {
    case "json":
      return sayJson({ valid, diagnostics });
    case "sarif":
      return sayJson(sarifLog(diagnostics, packageVersion(), PAGES));
    case "github":
      for (const diagnostic of diagnostics) say(githubAnnotation(diagnostic));
      return;
    default:
      for (const result of checked) showText(result, valid);
      if (diagnostics.length > 0) say(countOf(diagnostics));
  }
}

function showText({ file, plan, diagnostics, texts }: Checked, valid: boolean): void {
  for (const diagnostic of diagnostics.slice(0, SHOWN_AT_MOST))
    say(`${printDiagnostic(diagnostic, texts)}\n`);
  const hidden = diagnostics.length - SHOWN_AT_MOST;
  if (hidden > 0) say(`… and ${hidden} more in '${file}'.\n`);
  if (plan !== null && (valid || diagnostics.length === 0))
    say(`${file === "-" ? "stdin" : file}: valid, ${counted(plan.steps.length, "step")}`);
}

/** Files as they are given, patterns as the files that they fit. */
async function expand(patterns: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const pattern of patterns) {
    if (!/[*?[\]{}!]/.test(pattern)) {
      found.push(pattern);
      continue;
    }
    const { glob } = await import("tinyglobby");
    const files = (await glob(pattern, { expandDirectories: false })).sort();
    if (files.length === 0) throw new UserError(EXIT.invalid, `No file fits '${pattern}'.`);
    found.push(...files);
  }
  return [...new Set(found)];
}
