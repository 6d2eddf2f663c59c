import { expect, test } from "vitest";
import { compileText, diagnosticsOf } from "../support/recipes.ts";

const recipe = (step: string, secrets = "") => `recipe: 1
name: closed
inputs:
  key: { type: secret, env: OPENAI_API_KEY }
  replies: { type: path, path: replies.jsonl }
steps:
  walks: { uses: data/synthesize, with: { clips: { eval: 2 } } }
  frames:
    uses: frames/extract
    with: { dataset: "\${{ steps.walks.outputs.dataset }}", size: 224x224 }
  closed:
    uses: eval/mcq-api
    with:
      dataset: \${{ steps.frames.outputs.dataset }}
      split: eval
${step}
    secrets: { ${secrets || 'OPENAI_API_KEY: "${{ inputs.key }}"'} }
`;

const WHOLE = `      model: gpt-4o-2024-08-06
      date: 2026-11-25
      base_url: https://api.openai.com/v1`;

const told = (text: string) => diagnosticsOf(text).map(({ code, message }) => `${code} ${message}`);

test("every default of a closed model's step is written out", () => {
  const { plan, diagnostics } = compileText(recipe(WHOLE));
  expect(diagnostics.map(({ code }) => code)).toEqual(["R0511"]);
  expect(plan!.steps.at(-1)).toMatchObject({
    secrets: { OPENAI_API_KEY: "OPENAI_API_KEY" },
    params: {
      ...{ frames: 8, size: "224x224", temperature: 0, cassette_use: "replay", max_completion_length: 512 },
      limits: { concurrency: 4, requests_per_minute: 60, attempts: 20, give_up_seconds: 300, budget: {} },
    },
  });
});

test("a closed model needs its name, its day and its server", () => {
  const found = told(recipe("      prompt: tags"));
  for (const name of ["model", "date", "base_url"])
    expect(found.some((text) => text.startsWith("R0102") && text.includes(`'${name}'`))).toBe(true);
  expect(told(recipe(WHOLE.replace("2026-11-25", "25.11.2026")))[0]).toContain("date");
  expect(told(recipe(WHOLE.replace("https:", "file:")))[0]).toContain("base_url");
});

test("a closed model without a date in its name is a warning", () => {
  expect(told(recipe(WHOLE.replace("-2024-08-06", "")))).toContainEqual(
    expect.stringMatching(/^R0506 'gpt-4o' is a closed model/),
  );
});

test("a cost needs prices", () => {
  const budget = `${WHOLE}\n      limits: { budget: { cost: 5, input_price: 2.5 } }`;
  expect(told(recipe(budget)).join("\n")).toContain("output_price");
});

test("only the key of the server is taken as a secret", () => {
  expect(told(recipe(WHOLE, 'OPENAI_KEY: "${{ inputs.key }}"'))).toContain(
    "R0105 A step of kind eval/mcq-api takes the secret OPENAI_API_KEY only.",
  );
});
