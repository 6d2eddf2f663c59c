import type { Refusal } from "../runs/errors.ts";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import { EXIT, exitCodeOfFailure, UserError } from "./errors.ts";
import { countOf, printAll } from "./findings.ts";

/** What cannot be done with a run, in the user's words, with its exit code. */
export function explainRefusal(refusal: Refusal): UserError {
  switch (refusal.why) {
    case "recipe-invalid":
      return invalid(refusal.diagnostics, refusal.texts);
    case "run-unknown":
      return new UserError(
        EXIT.invalid,
        refusal.none
          ? "There is no run here yet."
          : `There is no run '${refusal.name}'. 'reprise status' lists them.`,
      );
    case "run-ambiguous":
      return new UserError(EXIT.invalid, `'${refusal.name}' fits several runs: ${refusal.runs.join(", ")}.`);
    case "run-over":
      return new UserError(EXIT.invalid, `The run ${refusal.run} is over: ${refusal.status}.`);
    case "run-done":
      return new UserError(
        EXIT.invalid,
        `The run ${refusal.run} is done. 'reprise retry ${refusal.run} --from <step>' does a part again.`,
      );
    case "run-at-work":
      return new UserError(
        EXIT.failed,
        `The run ${refusal.run} is being worked on (${refusal.workers.join(", ")}). Pause it first: 'reprise pause ${refusal.run}'.`,
      );
    case "folder-gone":
      return new UserError(
        EXIT.missing,
        `The folder '${refusal.folder}', of the recipe of the run ${refusal.run}, is not there. Put it back and try again, or run the recipe elsewhere: what is finished is reused.`,
      );
    case "step-unknown":
      return new UserError(
        EXIT.invalid,
        `The run has no step '${refusal.step}'. It has: ${refusal.steps.join(", ")}.`,
      );
    case "output-unknown":
      return new UserError(
        EXIT.invalid,
        refusal.outputs.includes(refusal.output)
          ? `The step '${refusal.step}' has not given '${refusal.output}': it is not done.`
          : `'${refusal.step}' has no output '${refusal.output}'. It has: ${refusal.outputs.join(", ") || "none"}.`,
      );
    case "output-damaged":
      return new UserError(
        EXIT.failed,
        `The output '${refusal.output}' of '${refusal.step}' is damaged: ${refusal.defect}. 'reprise run' with the same recipe makes it again.`,
      );
    case "place-taken":
      return new UserError(
        EXIT.invalid,
        `'${refusal.place}' is there already. Name another place, or remove it; nothing was copied.`,
      );
    case "record-missing":
      return new UserError(
        EXIT.failed,
        `The run ${refusal.run} was told to stop, but left no record. Try again.`,
      );
    case "run-broken":
      return new UserError(
        exitCodeOfFailure(refusal.code),
        `${refusal.message}\nThe run is kept: go on with 'reprise run ${refusal.recipe}'.`,
      );
    case "worker-lost":
      return new UserError(EXIT.failed, `The worker of ${refusal.run} did not start; see ${refusal.log}.`);
  }
}

/** An error that shows every finding, and says so in JSON as `validate` does. */
const invalid = (diagnostics: Diagnostic[], texts: ReadonlyMap<string, string>): UserError =>
  new UserError(
    EXIT.invalid,
    `${printAll(diagnostics, texts)}\n${countOf(diagnostics)}; nothing was started.`,
    { valid: false, diagnostics },
  );
