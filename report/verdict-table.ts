import type { RunRecord, RunRecordClaim } from "../schemas/generated/run-record.ts";
import { shortDigests } from "../core/show-value.ts";
import { testsNote } from "./tests-note.ts";

export const VERDICT_HEAD = ["claim", "paper", "ours", "95 % interval", "verdict", "evidence"];

/** A judged claim as cells, in the order of the head. */
export function verdictCells(claim: RunRecordClaim): string[] {
  const number = (value: number) => String(Number(value.toPrecision(4)));
  return [
    claim.source === null ? claim.says : `${claim.says} (${claim.source})`,
    claim.paper ?? "",
    claim.value === null
      ? ""
      : number(claim.value) + (claim.p === null ? "" : `, p ${claim.p.toPrecision(2)}`),
    claim.interval === null ? "" : claim.interval.map(number).join(" to "),
    claim.verdict + (claim.counts === false ? ", does not count in this profile" : ""),
    claim.evidence.map(shortDigests).join("\n"),
  ];
}

/** Verdicts of runs as a Markdown table each. */
export function verdictsAsMarkdown(records: readonly RunRecord[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", "<br>")).join(" | ")} |`;
  return records
    .map((record) =>
      [
        `### ${titleOf(record)}`,
        "",
        line(VERDICT_HEAD),
        line(VERDICT_HEAD.map(() => "---")),
        ...record.claims.map((claim) => line(verdictCells(claim))),
        ...(testsNote(record) === null ? [] : ["", testsNote(record)!]),
        "",
      ].join("\n"),
    )
    .join("\n");
}

/** A run in a title: its recipe, profile and id. */
export const titleOf = ({ recipe, run }: RunRecord): string =>
  `${recipe.name}, ${recipe.profile === null ? "full" : `profile ${recipe.profile}`}, run ${run}`;
