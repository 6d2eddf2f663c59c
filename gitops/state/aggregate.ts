import type { StatusState } from "../../schemas/gitops.ts";
import type { CommitStanding } from "../../schemas/gitops-work.ts";

/** States of an item that is not over. */
const OPEN: readonly StatusState[] = ["waiting-for-approval", "running", "queued"];
const PASSING: readonly StatusState[] = ["reproduced", "reported", "unclaimed", "unaffected"];

/** The first of these that an item has is that of the commit: what fails is said before what is still open, and nothing hides. */
const BY_WEIGHT: readonly StatusState[] = [
  ...(["invalid", "failed", "not-reproduced", "new-deviations"] as const),
  ...OPEN,
  ...(["planned", "cancelled", "superseded"] as const),
  ...PASSING,
];

export const isOpen = (state: StatusState): boolean => OPEN.includes(state);
export const passes = (state: StatusState): boolean => PASSING.includes(state);

/** The state of a commit: it passes when all of its items do, and nothing is wrong with it. */
export function aggregate({ items, problems, trouble }: CommitStanding): StatusState {
  if (trouble !== null) return "failed";
  if (problems.some(({ severity }) => severity === "error")) return "invalid";
  return BY_WEIGHT.find((state) => items.some((item) => item.state === state)) ?? "unaffected";
}

/** Whether a commit has anything to say: of a branch that no pipeline is for it has not. */
export const isWatched = ({ triggers, items, unaffected, problems, trouble }: CommitStanding): boolean =>
  items.length + unaffected + problems.length > 0 ||
  trouble !== null ||
  triggers.some(({ kind }) => kind === "pull_request");
