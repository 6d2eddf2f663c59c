import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeVideo } from "./videos.ts";

/** How the recipe asks, where a test wants it otherwise. */
export interface Asked {
  url: string;
  model: string;
  choice: number;
  limits?: string;
  /** Further lines under `with` of the closed model's step. */
  more?: string[];
  /** Further lines under `with` of the judge. */
  judge?: string[];
  /** Day of asking. */
  date?: string;
}

const DATE = new Date().toISOString().slice(0, 10);

/** A dataset of two short videos, with questions of both forms, and a recipe that asks a model behind an API. */
export async function writeClosedRecipe(folder: string, asked: Asked): Promise<void> {
  const place = path.join(folder, "walks");
  mkdirSync(place, { recursive: true });
  await Promise.all(
    ["0x202020", "0xE0E0E0"].map((colour, index) =>
      makeVideo(path.join(place, `${index}.mp4`), {
        source: `color=${colour}:size=64x64:rate=10:duration=2`,
      }),
    ),
  );
  const row = (id: string, index: number, more: object) => ({
    ...{
      id,
      video: `${index % 2}.mp4`,
      split: "eval",
      way: index % 3 === 0 ? "reverse" : "forward",
      targets: {},
    },
    ...more,
  });
  const rows = [
    ...Array.from({ length: asked.choice }, (_, index) =>
      row(`choice-${index}`, index, {
        ...{ task: "direction", question: `Which way is taken at crossing ${index}?`, answer: "A" },
        options: ["A. left", "B. right", "C. straight on", "D. back"],
      }),
    ),
    ...Array.from({ length: 3 }, (_, index) =>
      row(`route-${index}`, index, {
        ...{ task: "route", question: `What do you see on way ${index}?`, answer: null, options: [] },
        reference: "The pictures are dark.",
      }),
    ),
  ];
  writeFileSync(
    path.join(place, "questions.jsonl"),
    rows.map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
  writeRecipe(folder, asked);
}

/** The recipe alone. */
export function writeRecipe(
  folder: string,
  { url, model, limits, more = [], judge = [], date = DATE }: Asked,
): void {
  const api = [
    `model: ${model}`,
    `date: ${date}`,
    `base_url: ${url}`,
    `limits: { requests_per_minute: 6000${limits === undefined ? "" : `, ${limits}`} }`,
  ].join("\n      ");
  writeFileSync(
    path.join(folder, "closed.yaml"),
    `recipe: 1
name: closed
inputs:
  walks: { type: dataset, path: walks }
  key: { type: secret, env: CLOSED_KEY }
  recorded: { type: path, path: recorded.jsonl }
accept: { R0511: "only some tests replay" }
steps:
  frames: { uses: frames/extract, with: { dataset: "\${{ inputs.walks }}", size: 224x224 } }
  choice:
    uses: eval/mcq-api
    with:
      dataset: \${{ steps.frames.outputs.dataset }}
      split: eval
      prompt: letter
      max_completion_length: 60
      ${[api, ...more].join("\n      ")}
    secrets: { OPENAI_API_KEY: "\${{ inputs.key }}" }
  open:
    uses: eval/open-api
    with:
      dataset: \${{ steps.frames.outputs.dataset }}
      split: eval
      max_completion_length: 60
      ${api}
    secrets: { OPENAI_API_KEY: "\${{ inputs.key }}" }
  judge:
    uses: eval/judge
    with:
      replies: \${{ steps.open.outputs.replies }}
      repeats: 2
      ${[api, ...judge].join("\n      ")}
    secrets: { OPENAI_API_KEY: "\${{ inputs.key }}" }
`,
  );
}
