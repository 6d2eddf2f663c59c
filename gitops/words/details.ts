import type { CommitPlan, RunVerdict, VerdictDifference } from "../../schemas/gitops.ts";
import type { Item, ItemFacts } from "../../schemas/gitops-work.ts";
import { number, priceOf, problemLine } from "./counts.ts";
import { codeBlock, codeTag } from "./markdown.ts";
import { ofP, words } from "./row.ts";
import { sentenceOf, WORDS } from "./statuses.ts";

// Of each list: 1,000 steps of one recipe leave room for the others.
const MOST_LINES = 60;

/** One recipe's plan, mistakes, deviations, verdict and differences, for folding. */
export function detailsOf(item: Item, facts: ItemFacts | undefined): { summary: string; body: string } {
  const profile = item.profile === null ? "" : ` ${codeTag(item.profile)}`;
  const lists = [
    {
      title: "State",
      lines: stateLines(sentenceOf(item, facts), facts, item.approvedBy),
    },
    ...(facts === undefined ? [] : [...ofPlan(facts), ...ofVerdict(facts)]),
  ];
  const body = lists
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines }) => `${title}:\n\n${codeBlock(atMost(lines))}`)
    .join("\n\n");
  return { summary: `${codeTag(item.recipe)}${profile}: ${WORDS[item.state]}`, body };
}

/** Why it runs, waits or does not, unless that is said already, here or with its place below. */
function stateLines(sentence: string, facts: ItemFacts | undefined, approvedBy?: string): string[] {
  if (approvedBy !== undefined) return [sentence, `Approved by ${approvedBy}.`];
  if (facts === undefined) return [sentence];
  const { reason } = facts.job.decision;
  const isSaid = sentence.includes(reason) || facts.plan.notAllowed.some(({ message }) => message === reason);
  return isSaid ? [sentence] : [sentence, reason];
}

interface List {
  /** Our own words: not escaped. */
  title: string;
  lines: string[];
}

function ofPlan({ plan }: ItemFacts): List[] {
  return [
    {
      title: "Mistakes and warnings",
      lines: plan.problems.map(problemLine),
    },
    {
      title: priceOf(plan) === null ? "Plan" : `Plan (${priceOf(plan)} by earlier runs)`,
      lines: plan.steps.flatMap(stepLines),
    },
    { title: "Why it may not run for this trigger", lines: plan.notAllowed.map(problemLine) },
    { title: "Deviations from the paper that the base does not have", lines: plan.newDeviations },
  ];
}

function stepLines({ id, kind, action, because, resumeFrom }: CommitPlan["steps"][number]): string[] {
  const from = action === "resume" && resumeFrom !== null ? ` from step ${resumeFrom}` : "";
  return [
    `${action.toUpperCase()}${from} ${id} (${kind})`,
    ...because.map((sentence) => `  because ${sentence}`),
  ];
}

function ofVerdict({ verdict, difference }: ItemFacts): List[] {
  return [
    ...(verdict === null
      ? []
      : [
          { title: "Claims", lines: verdict.claims.flatMap(claimLines) },
          { title: "Failures", lines: verdict.failures },
        ]),
    ...(difference === null ? [] : [differenceList(difference)]),
  ];
}

const claimLines = ({ id, says, outcome, counts, evidence }: RunVerdict["claims"][number]): string[] => [
  `${outcome} ${id}: ${says}${counts ? "" : " (does not count in this profile)"}`,
  `  ${evidence}`,
];

function differenceList({ against, claims, metrics }: VerdictDifference): List {
  return {
    title: `Against the ${against.which} <code>${against.sha.slice(0, 10)}</code>`,
    lines: [
      ...claims.map(
        ({ id, before, after }) =>
          `${id}: ${before === after ? `${words(after)} in both` : `${words(before)} → ${words(after)}`}`,
      ),
      ...metrics.map(
        ({ name, before, after, p }) => `${name}: ${number(before)} → ${number(after)}${ofP(p)}`,
      ),
    ],
  };
}

const atMost = (lines: string[]): string[] =>
  lines.length <= MOST_LINES
    ? lines
    : [...lines.slice(0, MOST_LINES), `… and ${lines.length - MOST_LINES} lines more`];
