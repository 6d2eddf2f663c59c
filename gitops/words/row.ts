import { showDuration } from "../../core/show-duration.ts";
import type { VerdictDifference } from "../../schemas/gitops.ts";
import type { Item, ItemFacts } from "../../schemas/gitops-work.ts";
import { actionsOf, claimsOf, counted, hours, number } from "./counts.ts";
import { codeCell } from "./markdown.ts";
import { WORDS } from "./statuses.ts";

export const COLUMNS = [
  "recipe",
  "state",
  "plan",
  "GPU hours",
  "time",
  "paper's tables",
  "claims",
  "against base",
];

// More would make the cell unreadable; the details have all.
const MOST_CHANGES = 3;

/** One recipe in the comment's table, in the order of the columns. */
export function rowOf(item: Item, facts: ItemFacts | undefined): string[] {
  const { recipe, profile, state } = item;
  const name = codeCell(recipe) + (profile === null ? "" : ` ${codeCell(profile)}`);
  const said = state === "reproduced" ? WORDS[state] : `**${WORDS[state]}**`;
  if (facts === undefined) return [name, said, "", "", "", "", "", ""];
  const { plan, verdict, difference } = facts;
  return [
    name,
    said,
    plan.steps.length === 0 ? "" : actionsOf(plan),
    plan.gpuHours === null ? "" : hours(plan.gpuHours),
    timeOf(plan),
    tablesOf(facts),
    verdict === null || verdict.claims.length === 0 ? "" : claimsOf(verdict),
    difference === null ? "" : changesOf(difference),
  ];
}

const timeOf = ({ seconds }: ItemFacts["plan"]): string =>
  seconds === null ? "" : seconds === 0 ? "0s" : showDuration(seconds, false);

function tablesOf({ plan: { conformance, newDeviations } }: ItemFacts): string {
  if (conformance === null) return "";
  const { same, deviating, missing } = conformance;
  return [
    ...[`${same} same`],
    ...(deviating === 0 ? [] : [`${deviating} deviating`]),
    ...(missing === 0 ? [] : [`${missing} missing`]),
    ...(newDeviations.length === 0 ? [] : [`**${newDeviations.length} new**`]),
  ].join(", ");
}

/** Claims that fell or came back; without any, the metrics that differ: first those whose samples were compared by a test. */
function changesOf({ claims, metrics }: VerdictDifference): string {
  const changed = claims.filter(({ before, after }) => before !== after);
  if (changed.length > 0)
    return listed(
      changed.map(({ id, before, after }) => `${codeCell(id, 40)} ${words(before)} → ${words(after)}`),
    );
  const moved = metrics.filter(({ before, after }) => before !== after);
  if (moved.length === 0) return "no difference";
  const tested = moved.filter(({ p }) => p !== null);
  return listed(
    [...tested, ...moved.filter(({ p }) => p === null)].map(
      ({ name, before, after, p }) => `${codeCell(name, 40)} ${number(before)} → ${number(after)}${ofP(p)}`,
    ),
  );
}

/** p of the paired test; nothing where there is none. */
export const ofP = (p: number | null): string => (p === null ? "" : ` (p ${p.toPrecision(2)})`);

/** An outcome of the run record in small letters. */
export const words = (outcome: string | null): string => (outcome === null ? "none" : outcome.toLowerCase());

const listed = (parts: readonly string[]): string =>
  [
    ...parts.slice(0, MOST_CHANGES),
    ...(parts.length > MOST_CHANGES ? [counted(parts.length - MOST_CHANGES, "more difference")] : []),
  ].join("<br>");
