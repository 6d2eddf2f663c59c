import type { StatusState, Trigger } from "../../schemas/gitops.ts";
import type { ServerTrust } from "../../schemas/gitops-policy.ts";
import type { CommitStanding, Item } from "../../schemas/gitops-work.ts";
import { approvalLine } from "./approval.ts";
import { counted, problemLine } from "./counts.ts";
import { detailsOf } from "./details.ts";
import { codeBlock, codeSpan, folded, tableRow } from "./markdown.ts";
import { COLUMNS, rowOf } from "./row.ts";
import { WORDS, type Facts } from "./statuses.ts";

// GitHub takes 65,536 characters.
const LONGEST = 60_000;
const MOST_ROWS = 200;

/** What our one comment of a repository begins with. `repository`: its name in the operator's file, a word. */
export const markerOf = (repository: string): string => `<!-- reprise:${repository} -->`;

const commitLine = (sha: string): string => `Commit ${codeSpan(sha.slice(0, 10))}`;

/** Whether a comment of ours is about this commit: of a newer head of its pull request it says nothing any more. */
export const speaksOf = (sha: string, body: string): boolean =>
  body.split(/\r?\n/).some((line) => line === commitLine(sha) || line.startsWith(`${commitLine(sha)},`));

/**
 * The comment of a pull request: what its head would do, what that takes, what it came to. Nothing of the repository stands in
 * it but as code. `policyChanged`: the pull request itself changes who may run what, which has no effect before it is merged.
 */
export function commentOf(
  standing: CommitStanding,
  facts: Facts,
  {
    all,
    policyChanged,
    approvers,
  }: { all: StatusState; policyChanged: boolean; approvers: ServerTrust["approvers"] },
): string {
  const { repository, sha, unaffected, problems, trouble, triggers } = standing;
  const items = [...standing.items].sort(byUrgency);
  const head = [
    markerOf(repository),
    `### Reprise: ${WORDS[all]}`,
    commitLine(sha) + comparedWith(triggers),
    ...(trouble === null ? [] : [codeBlock([trouble])]),
    ...(problems.length === 0
      ? []
      : [["Mistakes of the policy:", codeBlock(problems.map(problemLine))].join("\n\n")]),
    ...(policyChanged
      ? ["This pull request changes `.reprise/gitops.yaml`. That has no effect before it is merged."]
      : []),
    ...(items.length === 0 ? [] : [table(items, facts)]),
    ...(unaffected === 0 ? [] : [`${counted(unaffected, "recipe")} not affected.`]),
    ...approval(standing, items, approvers),
  ];
  return withinLength(
    head.join("\n\n"),
    items.map((item) => () => detailsOf(item, facts.get(item.key))),
  );
}

/** What needs somebody first; then by name. */
function byUrgency(a: Item, b: Item): number {
  const order = Object.keys(WORDS);
  return order.indexOf(a.state) - order.indexOf(b.state) || (a.key < b.key ? -1 : 1);
}

function comparedWith(triggers: readonly Trigger[]): string {
  const trigger = triggers.find(({ kind }) => kind === "pull_request") ?? triggers[0];
  if (trigger === undefined || trigger.base === null) return "";
  const which = trigger.kind === "pull_request" ? "merge base" : "former head";
  return `, compared with ${codeSpan(trigger.base.slice(0, 10))} (${which})`;
}

function table(items: readonly Item[], facts: Facts): string {
  const rows = items.slice(0, MOST_ROWS).map((item) => tableRow(rowOf(item, facts.get(item.key))));
  const more = items.length - rows.length;
  return [
    ...[tableRow(COLUMNS), tableRow(COLUMNS.map(() => "---")), ...rows],
    ...(more === 0
      ? []
      : ["", `${counted(more, "further recipe")}: \`reprise gitops status\` has them all.`]),
  ].join("\n");
}

function approval(
  { sha }: CommitStanding,
  items: readonly Item[],
  approvers: ServerTrust["approvers"],
): string[] {
  const waiting = items.filter(({ state }) => state === "waiting-for-approval");
  if (waiting.length === 0) return [];
  const digests = [...new Set(waiting.map((item) => item.approval))];
  const some = digests.slice(0, MOST_ROWS);
  return [
    `${counted(waiting.length, "recipe")} ${waiting.length === 1 ? "waits" : "wait"} for approval, of this commit and these plans. Somebody with ${approvers} permission comments:`,
    codeBlock([approvalLine(sha, some)], 120 + 13 * some.length),
  ];
}

/** As many details as there is room for, in their order; says how many are left out. */
function withinLength(head: string, details: readonly (() => { summary: string; body: string })[]): string {
  const parts = [head];
  const left = (count: number) =>
    count === 0
      ? ""
      : `\n\nDetails of ${counted(count, "recipe")} do not fit here: \`reprise gitops status\` has them.`;
  let length = head.length;
  for (const [index, detail] of details.entries()) {
    const { summary, body } = detail();
    const part = folded(summary, body);
    const rest = left(details.length - index - 1).length;
    if (length + 2 + part.length + rest > LONGEST) return parts.join("\n\n") + left(details.length - index);
    parts.push(part);
    length += 2 + part.length;
  }
  return parts.join("\n\n");
}
