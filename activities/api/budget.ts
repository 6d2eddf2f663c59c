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

/** What replies cost, in the prices' currency; undefined without prices. */
export function costOf(replies: readonly Spent[], { input_price, output_price }: Budget): number | undefined {
  if (input_price === undefined || output_price === undefined) return undefined;
  const { input, output } = tokensOf(replies);
  return (input * input_price + output * output_price) / 1e6;
}

/** Tokens of all prompts and of all replies. */
export function tokensOf(replies: readonly Spent[]): { input: number; output: number } {
  return {
    input: replies.reduce((sum, { input_tokens }) => sum + input_tokens, 0),
    output: replies.reduce((sum, { output_tokens }) => sum + output_tokens, 0),
  };
}

/** Which limit is reached, in words, or null while another reply may be paid for. */
export function usedUp(replies: readonly Spent[], inFlight: number, budget: Budget): string | null {
  if (budget.replies !== undefined && replies.length + inFlight >= budget.replies)
    return counted(budget.replies, "reply");
  const { input, output } = tokensOf(replies);
  if (budget.tokens !== undefined && input + output >= budget.tokens)
    return `${budget.tokens} tokens (${input + output} used)`;
  const cost = costOf(replies, budget);
  if (budget.cost !== undefined && cost !== undefined && cost >= budget.cost)
    return `a cost of ${budget.cost} (${cost.toFixed(4)} spent)`;
  return null;
}

/** Whether a limit hangs on tokens, which a server must count. */
export const needsTokens = ({ tokens, cost }: Budget): boolean => tokens !== undefined || cost !== undefined;
