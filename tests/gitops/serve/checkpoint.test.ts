import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { openStore } from "../../../store/store.ts";
import { Lab, policy, recipe } from "../../support/gitops.ts";

const COUNTER = readFileSync("tests/support/counter.py", "utf8");
const TOTAL = 60;

/** A recipe that counts to a number, and saves where it is; what it claims is no part of the step. */
const counting = (least: number): string =>
  recipe(
    "count",
    {
      count: {
        uses: "run/command",
        with: {
          argv: ["python3", "{inputs.program}", String(TOTAL), "0.2"],
          inputs: { program: "${{ inputs.program }}" },
          outputs: { numbers: "dataset" },
        },
      },
    },
    {
      inputs: { program: { type: "path", path: "../counter.py" } },
      claims: [{ id: "enough", metric: "count.sum", at_least: least }],
    },
  );

test(
  "the next commit's run goes on where the superseded one was stopped, and ends as an undisturbed one (complaint 8)",
  { timeout: 240_000 },
  async () => {
    const lab = await Lab.make();
    void lab.serve();
    const first = await lab.repository.commit({
      ".reprise/gitops.yaml": policy({ supersede: { push: "cancel-running" } }),
      "recipes/a.yaml": counting(1),
      "counter.py": COUNTER,
    });
    await lab.until(first, "running");
    await counted(lab, 15);
    const second = await lab.repository.commit({ "recipes/a.yaml": counting(2) });
    const shown = await lab.until(first, "superseded");
    const kept = Number(/(\d+) of 60 number kept/.exec(shown.description)?.[1]);
    expect(kept).toBeGreaterThanOrEqual(15);
    const judged = await lab.until(second, "reproduced", 120_000);
    const record = (await openStore(lab.root).runs.loadRecord(judged.recipes[0]!.run!))!;
    expect(record.steps[0]!.resumed_from).toEqual([kept]);
    // As the program computes it without a break.
    const sum = Array.from({ length: TOTAL }, (_, index) => (index * 7) % 11).reduce(
      (all, one) => all + one,
      0,
    );
    expect(record.steps[0]!.metrics["sum"]).toBe(sum);
  },
);

const events = (lab: Lab, run: string): { event: string; done?: number }[] => {
  try {
    const text = readFileSync(path.join(lab.root, "runs", run, "count", "events.jsonl"), "utf8");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as { event: string; done?: number });
  } catch {
    return [];
  }
};

async function counted(lab: Lab, least: number): Promise<void> {
  for (let waited = 0; waited < 600; waited++) {
    if (lab.runs.some((run) => events(lab, run).some(({ done = 0 }) => done >= least))) return;
    await sleep(100);
  }
  throw new Error("it did not count");
}
