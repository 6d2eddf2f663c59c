import { expect, test } from "vitest";
import { costOf, spendingOf, usedUp } from "../../../asking/api/budget.ts";

const paid = (count: number) =>
  spendingOf(Array.from({ length: count }, () => ({ input_tokens: 900, output_tokens: 100 })));
const PRICES = { input_price: 2.5, output_price: 10 };

test("prices are those of a million tokens", () => {
  expect(costOf(paid(1000), PRICES)).toBeCloseTo(0.9 * 2.5 + 0.1 * 10, 10);
  expect(costOf(paid(1), {})).toBeUndefined();
});

test("each limit stops by itself", () => {
  expect(usedUp(paid(2), 0, {})).toBeNull();
  expect(usedUp(paid(2), 0, { replies: 3 })).toBeNull();
  expect(usedUp(paid(2), 1, { replies: 3 })).toBe("3 replies");
  expect(usedUp(paid(2), 0, { tokens: 2001 })).toBeNull();
  expect(usedUp(paid(2), 0, { tokens: 2000 })).toBe("2000 tokens (2000 used)");
  expect(usedUp(paid(1000), 0, { cost: 3.26, ...PRICES })).toBeNull();
  expect(usedUp(paid(1000), 0, { cost: 3.25, ...PRICES })).toBe("a cost of 3.25 (3.2500 spent)");
});
