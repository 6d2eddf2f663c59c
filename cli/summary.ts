import path from "node:path";
import { showDuration } from "../core/show-duration.ts";
import { counted } from "../schemas/counted.ts";
import type { RunRecord, RunRecordClaim } from "../schemas/generated/run-record.ts";
import { testsNote } from "../report/tests-note.ts";
import { sentenceOf } from "../verdict/reference.ts";
import { EXIT, exitCodeOfFailure } from "./errors.ts";
import { colours } from "./colours.ts";
import type { Kinds } from "../core/kinds.ts";
import { mainNumber } from "../core/main-number.ts";
import { drawTable } from "./table.ts";

const VERDICT_COLOURS = {
  REPRODUCED: colours.green,
  "WITHIN NOISE": colours.yellow,
  "NOT REPRODUCED": colours.red,
  INCONCLUSIVE: colours.yellow,
  "NOT CHECKED": colours.yellow,
} as const;

/** A finished run as a short table, what steps warn of, its verdict, and where record and report are. */
export function summarise(
  record: RunRecord,
  kinds: Kinds,
  warnings: ReadonlyMap<string, string>,
  files: { record: string; report: string; looked: ReadonlyMap<string, readonly string[]> },
): string {
  const rows = record.steps.map((step) => {
    const took = step.started && step.ended ? Date.parse(step.ended) - Date.parse(step.started) : null;
    return [
      step.id,
      step.kind,
      step.resumed_from.length > 0
        ? `${step.status}, resumed from ${step.resumed_from.join(", ")}`
        : step.status,
      took === null ? "" : showDuration(took / 1000),
      mainNumber(kinds.find(step.kind), step.metrics),
    ];
  });
  const lines = [drawTable(["step", "kind", "status", "time", "result"], rows)];
  for (const [id, looked] of files.looked) lines.push(...looked.map((file) => `${id}: ${show(file)}`));
  for (const { id, unfit } of record.steps)
    if (unfit !== undefined)
      lines.push(
        colours.red(`warning: ${id}: its result cannot be read, and no claim on it is checked: ${unfit}`),
      );
  for (const late of record.environment.unanswered ?? [])
    lines.push(colours.yellow(`warning: ${late}: the record does not say what it would have.`));
  for (const [id, warning] of warnings) lines.push(colours.yellow(`warning: ${id}: ${warning}`));
  for (const claim of record.claims) lines.push(showClaim(claim));
  const note = testsNote(record);
  if (note !== null) lines.push(note);
  if (record.reference) lines.push(sentenceOf(record.reference));
  if (record.deviations.length > 0) {
    lines.push(
      `${counted(record.deviations.length, "stated deviation")} from the paper, in the record and the report.`,
    );
  }
  if (record.failure !== null) {
    lines.push(
      colours.red(
        `The step '${record.failure.step}' failed [${record.failure.code}]: ${record.failure.message}`,
      ),
    );
  }
  const seconds = showDuration(record.seconds);
  lines.push(`${record.status} in ${seconds}`, `record: ${show(files.record)}`);
  lines.push(`report: ${show(files.report)}`);
  if (record.steps.some(({ outputs }) => Object.keys(outputs).length > 0))
    lines.push(`outputs: 'reprise outputs ${record.run}' says where they are, and copies them`);
  return lines.join("\n");
}

/** A judged claim: its verdict, what it says, and why. */
export const showClaim = ({ verdict, says, because, p }: RunRecordClaim): string =>
  `${showVerdict(verdict)}  ${says}\n  ${because}${p === null ? "" : ` p = ${p.toPrecision(2)}.`}`;

/** A verdict in its colour. */
export const showVerdict = (verdict: RunRecordClaim["verdict"]): string => VERDICT_COLOURS[verdict](verdict);

const show = (file: string): string => path.relative(process.cwd(), file) || file;

/** The exit code that judged claims mean: all that count are reproduced, or one is not. */
const exitCodeOfClaims = (claims: RunRecord["claims"]): number =>
  claims.every(({ verdict, counts = true }) => !counts || verdict === "REPRODUCED")
    ? EXIT.done
    : EXIT.notReproduced;

/** The exit code that a record means. */
export function exitCodeOf(record: RunRecord): number {
  if (record.status === "cancelled") return EXIT.cancelled;
  if (record.status === "failed") return exitCodeOfFailure(record.failure?.code);
  const unfit = record.steps.some((step) => step.unfit !== undefined);
  return Math.max(unfit ? EXIT.failed : EXIT.done, exitCodeOfClaims(record.claims));
}
