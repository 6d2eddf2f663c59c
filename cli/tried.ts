import type { KindDefinition } from "../core/kind.ts";
import { mainNumber } from "../core/main-number.ts";
import { showDuration } from "../core/show-duration.ts";
import type { Tried } from "../runs/kinds/try-kind.ts";
import type { RunRecord } from "../schemas/generated/run-record.ts";
import { colours } from "./colours.ts";
import { EXIT, exitCodeOfFailure } from "./errors.ts";

/** What came of trying a kind, line by line. */
export function describeTried(tried: Tried, kind: KindDefinition): string {
  const { first, again } = tried;
  const [step] = first.steps;
  if (again === null || step === undefined) return failureOf(first);
  const took = step.started && step.ended ? (Date.parse(step.ended) - Date.parse(step.started)) / 1000 : 0;
  const number = mainNumber(kind, step.metrics);
  return [
    `done in ${showDuration(took)}${number === "" ? "" : `: ${number}`}`,
    ...Object.entries(step.outputs).map(([name, { type, digest }]) => `  ${name} (${type}) ${digest}`),
    describeAgain(tried),
  ].join("\n");
}

function describeAgain(tried: Tried): string {
  const { record, at, saves } = tried.again!;
  if (record.status !== "done") return failureOf(record);
  if (at === null && saves)
    return colours.red(
      "It ended before it could be killed at a checkpoint: whether it goes on rightly was not tried. Give it more to do by --set.",
    );
  if (at === null)
    return colours.yellow(
      "It left no checkpoint before it ended: a step that is killed starts afresh. Try it with more to do (--set), or see docs/run-command.md.",
    );
  const { resumed_from: from } = record.steps[0]!;
  const how =
    from.length > 0
      ? `Killed at ${at} and resumed from checkpoint ${from.join(", ")}`
      : `Killed at ${at} and started afresh`;
  const other = differences(tried);
  return other.length === 0
    ? colours.green(`${how}: the same result.`)
    : colours.red(
        `${how}: another result (${other.join(", ")}). A step that goes on from a checkpoint should end as one that was never killed.`,
      );
}

/** The outputs and metrics that differ between the two. */
function differences({ first, again }: Tried): string[] {
  const [one, other] = [first.steps[0]!, again!.record.steps[0]!];
  return [
    ...Object.keys(one.outputs).filter((name) => one.outputs[name]!.digest !== other.outputs[name]?.digest),
    ...Object.keys(one.metrics).filter((name) => one.metrics[name] !== other.metrics[name]),
  ];
}

const failureOf = ({ failure, status }: RunRecord): string =>
  colours.red(failure === null ? `It was ${status}.` : `It failed [${failure.code}]: ${failure.message}`);

/** Whether the kind can be used as it is. */
export function exitCodeOfTried(tried: Tried): number {
  const records = [tried.first, ...(tried.again === null ? [] : [tried.again.record])];
  const wrong = records.find(({ status }) => status !== "done");
  if (wrong !== undefined) return exitCodeOfFailure(wrong.failure?.code);
  const untried = tried.again !== null && tried.again.at === null && tried.again.saves;
  return untried || differences(tried).length > 0 ? EXIT.failed : EXIT.done;
}
