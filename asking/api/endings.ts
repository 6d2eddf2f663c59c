import { StepFailure } from "../../core/step-failure.ts";
import { agreeing, counted } from "../../schemas/counted.ts";

/** No request will be answered: a wrong key, model or address, or a quota that is used up. */
export function hopeless(server: string, text: string): StepFailure {
  const hint = /^40[13]/.test(text)
    ? ' Give the key as a secret: secrets: { OPENAI_API_KEY: "${{ inputs.key }}" }.'
    : " Check 'base_url' and 'model'.";
  return new StepFailure("environment", `${server} refuses: ${text}.${hint}`);
}

/** Not one question was taken: what all have in common is wrong. */
export const allRefused = (server: string, text = "see the step's log"): StepFailure =>
  new StepFailure("data", `${server} refused every question so far: ${text}.`);

/** A server without any reply for so many seconds. */
export const down = (server: string, text: string, silent: number, kept: number): StepFailure =>
  new StepFailure(
    "unavailable",
    `${server} has not replied for ${Math.round(silent)} s: ${text}. ${counted(kept, "reply")} ${agreeing(kept, "is", "are")} kept: run again to ask for the rest.`,
  );

/** Why nothing is seen for a while: `Retry-After`. Both times in milliseconds. */
export function asksToWait(server: string, text: string, wait: number, longest: number): string {
  const seconds = (milliseconds: number) => `${Math.ceil(milliseconds / 1000)} s`;
  const kept = wait > longest ? ` It is asked again after ${seconds(longest)} each time.` : "";
  return `${server} asks to wait for ${seconds(wait)} (Retry-After): ${text.replace(/\.$/, "")}.${kept}`;
}

/** Nothing more may be spent. */
export const overBudget = (limit: string): StepFailure =>
  new StepFailure(
    "environment",
    `The budget of ${limit} is used up. What was paid for is kept: raise 'limits.budget' and run again to go on.`,
  );

/** A cassette that is only replayed has no reply to this asking. */
export const notRecorded = ({ id, ask }: { id: string; ask: number }): StepFailure =>
  new StepFailure(
    "data",
    `The cassette has no reply to '${id}'${ask > 0 ? ` (asking ${ask + 1})` : ""} as it is asked now. Set 'cassette_use: extend' to ask the server for it.`,
  );

/** A budget of tokens or money, and a server that does not count tokens. */
export const uncounted = (server: string): StepFailure =>
  new StepFailure(
    "environment",
    `${server} does not say how many tokens a reply took, so 'limits.budget' cannot be kept by tokens or cost. Set 'limits: { budget: { replies: … } }' instead. What was paid for is kept.`,
  );
