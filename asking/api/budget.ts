import type { Spent } from "./completion.ts";
import { counted } from "../../schemas/counted.ts";

/** Limits of what may be spent. Prices are those of a million tokens. */
export interface Budget {
  replies?: number;
  tokens?: number;
  cost?: number;
  input_price?: number;
  output_price?: number;
}

/** What was paid for, in all: kept as a running total, since it is asked before every request. */
export interface Spending {
  replies: number;
  /** Tokens of all prompts, and of all replies. */
  input: number;
  output: number;
}

const NOTHING_SPENT: Spending = { replies: 0, input: 0, output: 0 };

/** A total with one more reply. */
export const withReply = (
  { replies, input, output }: Spending,
  { input_tokens, output_tokens }: Spent,
): Spending => ({ replies: replies + 1, input: input + input_tokens, output: output + output_tokens });

export const spendingOf = (replies: readonly Spent[]): Spending => replies.reduce(withReply, NOTHING_SPENT);

/** What replies cost, in the prices' currency; undefined without prices. */
export function costOf(
  { input, output }: Spending,
  { input_price, output_price }: Budget,
): number | undefined {
  if (input_price === undefined || output_price === undefined) return undefined;
  return (input * input_price + output * output_price) / 1e6;
}

/** Which limit is reached, in words, or null while another reply may be paid for. */
export function usedUp(spent: Spending, inFlight: number, budget: Budget): string | null {
  if (budget.replies !== undefined && spent.replies + inFlight >= budget.replies)
    return counted(budget.replies, "reply");
  const tokens = spent.input + spent.output;
  if (budget.tokens !== undefined && tokens >= budget.tokens)
    return `${budget.tokens} tokens (${tokens} used)`;
  const cost = costOf(spent, budget);
  if (budget.cost !== undefined && cost !== undefined && cost >= budget.cost)
    return `a cost of ${budget.cost} (${cost.toFixed(4)} spent)`;
  return null;
}

/** Whether a limit hangs on tokens, which a server must count. */
export const needsTokens = ({ tokens, cost }: Budget): boolean => tokens !== undefined || cost !== undefined;
