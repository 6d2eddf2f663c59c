import type { CommitPlan, RunVerdict, Status, StatusState } from "../../schemas/gitops.ts";
import type { CommitStanding, Item, ItemFacts } from "../../schemas/gitops-work.ts";
import { actionsOf, claimsOf, counted, priceOf } from "./counts.ts";
import { printable } from "./escape.ts";

/** GitHub takes no more. */
const LONGEST_DESCRIPTION = 140;
/** With more recipes than this, only the status of all of them is shown. */
const MOST_CONTEXTS = 20;

/** The status of all recipes of a commit: the one that a branch's protection asks for. */
const AGGREGATE = "reprise";

/** By an item's key. */
export type Facts = ReadonlyMap<string, ItemFacts>;

/** What stands at a commit: the status of all, in the state `all`, and that of each recipe where they are few. */
export function statusesOf(standing: CommitStanding, facts: Facts, all: StatusState): Status[] {
  const { sha, items } = standing;
  const one = (context: string, state: StatusState, sentence: string): Status => ({
    ...{ sha, context, state, description: printable(sentence, LONGEST_DESCRIPTION), url: null },
  });
  const each = items.length > MOST_CONTEXTS ? [] : items;
  return [
    one(AGGREGATE, all, aggregateSentence(standing, facts)),
    ...each.map((item) => one(`${AGGREGATE}/${item.key}`, item.state, sentenceOf(item, facts.get(item.key)))),
  ];
}

function aggregateSentence({ items, unaffected, problems, trouble }: CommitStanding, facts: Facts): string {
  if (trouble !== null) return trouble;
  const wrong = problems.filter(({ severity }) => severity === "error");
  if (wrong.length > 0) return mistakesIn(wrong);
  if (items.length === 0) return unaffected === 0 ? "No recipe is asked for here" : "No recipe is affected";
  if (items.length === 1) return sentenceOf(items[0]!, facts.get(items[0]!.key));
  const states = new Map<StatusState, number>();
  for (const { state } of items) states.set(state, (states.get(state) ?? 0) + 1);
  const parts = Object.keys(WORDS)
    .filter((state) => states.has(state as StatusState))
    .map((state) => `${states.get(state as StatusState)} ${WORDS[state as StatusState]}`);
  return `${counted(items.length, "recipe")}: ${parts.join(", ")}`;
}

/** States in a person's words, what needs one first. */
export const WORDS: Readonly<Record<StatusState, string>> = {
  invalid: "invalid",
  failed: "failed",
  "not-reproduced": "not reproduced",
  "new-deviations": "with new deviations",
  "not-allowed": "not allowed",
  "waiting-for-approval": "waiting for approval",
  running: "running",
  queued: "queued",
  untrusted: "planned only, not trusted",
  planned: "planned only",
  superseded: "superseded",
  cancelled: "cancelled",
  reproduced: "reproduced",
  reported: "done, not all reproduced",
  unclaimed: "done, nothing claimed",
  unaffected: "not affected",
};

/** One recipe's state in a sentence, with what is noted beside it. */
export function sentenceOf(item: Item, facts: ItemFacts | undefined): string {
  const sentence = bare(item, facts);
  return item.note === null || sentence === item.note ? sentence : `${sentence}: ${item.note}`;
}

function bare({ state, run }: Item, facts: ItemFacts | undefined): string {
  const plan = facts?.plan ?? null;
  const verdict = facts?.verdict ?? null;
  const carried = plan?.carried !== null && plan?.carried.run === verdict?.run;
  const of = carried && verdict !== null ? `, carried over from run ${verdict.run}` : "";
  switch (state) {
    case "invalid":
      return plan === null
        ? "Invalid"
        : mistakesIn(plan.problems.filter(({ severity }) => severity === "error"));
    case "planned":
      return plan === null ? "Planned only" : planned("Planned only", plan);
    case "untrusted":
      return `Planned only${because(facts)}`;
    case "not-allowed":
      return `May not run${because(facts)}`;
    case "waiting-for-approval":
      return plan === null ? "Waits for approval" : planned("Waits for approval", plan);
    case "queued":
      return "Waits for its turn";
    case "running":
      return run === null ? "Runs" : `Runs as ${run}`;
    case "reproduced":
      return (verdict === null ? "Reproduced" : claimsOf(verdict)) + of;
    case "reported":
      return `Done: ${verdict === null ? "not all is reproduced" : notReproduced(verdict)}${of}`;
    case "not-reproduced":
      return (verdict === null ? "Not reproduced" : notReproduced(verdict)) + of;
    case "unclaimed":
      return `Done; nothing is claimed that counts${of}`;
    case "new-deviations":
      return plan === null ? "New deviations" : deviating(plan);
    case "failed":
      return failed(verdict);
    case "unaffected":
      return "Not affected";
    case "superseded":
      return "Superseded";
    case "cancelled":
      return "Cancelled";
  }
}

const because = (facts: ItemFacts | undefined): string =>
  facts === undefined ? "" : `: ${facts.job.decision.reason}`;

function mistakesIn(problems: CommitPlan["problems"]): string {
  const [first] = problems;
  if (first === undefined) return "Invalid";
  const { code, file, line, message } = first;
  const more = problems.length === 1 ? "" : `${counted(problems.length, "mistake")}; `;
  return `${more}${file}:${line} ${code} ${message}`;
}

function planned(how: string, plan: CommitPlan): string {
  const price = priceOf(plan);
  return `${how}: ${actionsOf(plan)}${price === null ? "" : `; ${price}`}`;
}

function notReproduced(verdict: RunVerdict): string {
  const fallen = verdict.claims.filter(({ counts, outcome }) => counts && outcome !== "REPRODUCED");
  return `${claimsOf(verdict)}; not: ${fallen.map(({ id }) => id).join(", ")}`;
}

function deviating({ newDeviations }: CommitPlan): string {
  return `${counted(newDeviations.length, "new deviation")} from the paper: ${newDeviations[0] ?? ""}`;
}

const failed = (verdict: RunVerdict | null): string =>
  verdict === null || verdict.failures.length === 0
    ? "Could not be judged"
    : `Failed: ${verdict.failures[0]}`;
