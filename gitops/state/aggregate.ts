import type { StatusState } from "../../schemas/gitops.ts";
import type { CommitStanding, Item } from "../../schemas/gitops-work.ts";

/** States of an item that is not over. */
const OPEN: readonly StatusState[] = ["waiting-for-approval", "running", "queued"];
const PASSING: readonly StatusState[] = ["planned", "reproduced", "reported", "unclaimed", "unaffected"];

/** The first of these that an item has is that of the commit: what fails is said before what is still open, and nothing hides. */
const BY_WEIGHT: readonly StatusState[] = [
  ...(["invalid", "failed", "not-reproduced", "new-deviations", "not-allowed"] as const),
  ...OPEN,
  ...(["cancelled", "superseded", "untrusted"] as const),
  ...PASSING,
];

export const isOpen = (state: StatusState): boolean => OPEN.includes(state);
export const passes = (state: StatusState): boolean => PASSING.includes(state);

/** The state of a commit: it passes when all of its items do, and nothing is wrong with it. */
export function aggregate(standing: CommitStanding): StatusState {
  const { problems, trouble } = standing;
  if (trouble !== null) return "failed";
  if (problems.some(({ severity }) => severity === "error")) return "invalid";
  const items = deciding(standing);
  return BY_WEIGHT.find((state) => items.some((item) => item.state === state)) ?? "unaffected";
}

/** What an untrusted branch alone asks for says nothing of a pull request or a trusted ref that the commit is the head of too. */
function deciding({ items, triggers }: CommitStanding): Item[] {
  const ofPull = triggers.some(({ kind }) => kind === "pull_request");
  return items.filter(
    ({ state, lines }) =>
      state !== "untrusted" ||
      !(
        ofPull ||
        items.some((other) => other.state !== state && other.lines.some((line) => !lines.includes(line)))
      ),
  );
}

/** Whether a commit has anything to say: of a branch that no pipeline is for it has not. */
export const isWatched = ({ triggers, items, unaffected, problems, trouble }: CommitStanding): boolean =>
  items.length + unaffected + problems.length > 0 ||
  trouble !== null ||
  triggers.some(({ kind }) => kind === "pull_request");
