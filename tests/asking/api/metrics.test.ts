import { expect, test } from "vitest";
import { apiMetrics } from "../../../asking/api/metrics.ts";

const replyOf = (served: string) => ({
  ...{ request: "a".repeat(64), ask: 0, id: "q", asked: "2026-11-25T10:00:00.000Z", served, reply: "A" },
  ...{ truncated: false, refused: false, filtered: false, input_tokens: 1_000_000, output_tokens: 0 },
});
const metricsOf = (model: string, served: string) =>
  apiMetrics({
    ...{ replies: [replyOf(served)], paid: [], spoilt: [], before: null, model },
    ...{ date: "2026-11-25", budget: {} },
  });

test.each([
  ["gpt-4o", "gpt-4o-2024-08-06"],
  ["gpt-4o", "GPT-4o"],
  ["openai/gpt-4o", "gpt-4o-2024-08-06"],
  ["qwen-vl", "org/qwen-vl"],
  ["gemini-2.5-pro", "gemini-2.5-pro-preview-05-06"],
  ["claude-latest", "claude-20241022"],
  ["tiny", "tiny@main"],
  ["gpt-4o", ""],
])("asked for %s, a reply of %j may be its own", (model, served) => {
  expect(metricsOf(model, served)).toMatchObject({ metrics: { other_model: 0 }, notes: [] });
});

test.each([
  ["gpt-4o", "gpt-4o-mini"],
  ["gpt-4o", "gpt-4o-mini-2024-07-18"],
  ["gpt-4", "gpt-4-32k"],
  ["gpt-4", "gpt-4o"],
  ["gpt-4o-2024-08-06", "gpt-4o-2024-05-13"],
  ["gpt-4o", "claude"],
])("asked for %s, a reply of %s is counted and told", (model, served) => {
  const { metrics, notes } = metricsOf(model, served);
  expect(metrics["other_model"]).toBe(1);
  expect(notes).toEqual([`1 of 1 reply is of ${served}, as the server says; the recipe asks for ${model}`]);
});

test("what was paid for in vain costs as well", () => {
  const { metrics } = apiMetrics({
    ...{ replies: [replyOf("m")], paid: [replyOf("m")], before: null, model: "m", date: "2026-11-25" },
    ...{ spoilt: [{ input_tokens: 500_000, output_tokens: 0 }], budget: { input_price: 2, output_price: 4 } },
  });
  expect(metrics).toMatchObject({ replies: 1, spoilt: 1, cost: 3 });
});
