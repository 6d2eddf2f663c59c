import type { Compiled } from "../../compiler/compile.ts";
import type { ConformRow } from "../../compiler/paper/compare-row.ts";
import type { ConformTable } from "../../compiler/paper/conform.ts";
import { showValue } from "../../core/show-value.ts";
import type { CommitPlan } from "../../schemas/gitops.ts";

type Paper = Compiled["paper"];

/** How many rows of the paper's tables a recipe has as printed, otherwise, or not at all; null without tables. */
export function conformanceOf(paper: Paper): CommitPlan["conformance"] {
  if (paper === null) return null;
  const verdicts = rowsOf(paper).map(({ row }) => row.verdict);
  const count = (...wanted: ConformRow["verdict"][]) =>
    verdicts.filter((verdict) => wanted.includes(verdict)).length;
  return {
    same: count("exact"),
    deviating: count("deviation", "silent"),
    missing: count("no parameter") + paper.missing.length,
  };
}

/** Differences from the paper that a recipe does not state, and that its base does not have with the same value. */
export function newDeviations(paper: Paper, base: Paper): string[] {
  const before = new Set(silentOf(base).map(keyOf));
  const found = silentOf(paper).filter((one) => !before.has(keyOf(one)));
  return [
    ...new Set(
      found.map(
        ({ step, row: { parameter, ours, paper: theirs, table } }) =>
          `${step}.${parameter}: ${showValue(ours)}, where the paper has ${showValue(theirs)} (${table}).`,
      ),
    ),
  ];
}

interface Found extends Pick<ConformTable, "column" | "kind" | "step"> {
  row: ConformRow;
}

const rowsOf = (paper: Paper): Found[] =>
  (paper?.tables ?? []).flatMap(({ column, kind, step, rows }) =>
    rows.map((row) => ({ column, kind, step, row })),
  );

const silentOf = (paper: Paper): Found[] => rowsOf(paper).filter(({ row }) => row.verdict === "silent");

/** Not by the step's id: that of a cell changes with its values. */
const keyOf = ({ column, kind, row: { table, row, parameter, ours, paper } }: Found): string =>
  JSON.stringify([kind, table, column, row, parameter, ours, paper]);
