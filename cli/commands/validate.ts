import { printDiagnostic } from "../../compiler/print-diagnostic.ts";
import { EXIT } from "../errors.ts";
import { say, sayJson } from "../output.ts";
import { compileFile } from "../recipe-file.ts";

/** Checks recipes against the language; starts nothing and reads nothing else. */
export async function validate(
  files: string[],
  { profile, json }: { profile?: string; json?: boolean },
): Promise<number> {
  const results = await Promise.all(
    files.map(async (file) => ({ file, ...(await compileFile(file, profile ?? null)) })),
  );
  const diagnostics = results.flatMap(({ compiled }) => (compiled.ok ? [] : compiled.diagnostics));
  if (json) sayJson({ valid: diagnostics.length === 0, diagnostics });
  else {
    for (const { file, text, compiled } of results) {
      if (compiled.ok) say(`${file}: valid, ${compiled.plan.steps.length} steps`);
      else for (const diagnostic of compiled.diagnostics) say(`${printDiagnostic(diagnostic, text)}\n`);
    }
    if (diagnostics.length > 0) say(`${diagnostics.length} ${diagnostics.length === 1 ? "error" : "errors"}`);
  }
  return diagnostics.length === 0 ? EXIT.done : EXIT.invalid;
}
